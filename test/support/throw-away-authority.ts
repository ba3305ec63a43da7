import { generate } from 'selfsigned';

/** A key and its certificate, both as PEM. */
export interface SignedKey {
  readonly key: string;
  readonly cert: string;
}

/** An authority that is made for a test, and trusted by nobody who was not told of it. */
export class ThrowAwayAuthority {
  private constructor(private readonly own: SignedKey) {}

  static async make(): Promise<ThrowAwayAuthority> {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'Throw-away authority' }], {
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    return new ThrowAwayAuthority({ key, cert });
  }

  /** What a client needs to trust it. */
  get certificate(): string {
    return this.own.cert;
  }

  /** A key for a server with this name. */
  async sign(host: string): Promise<SignedKey> {
    const { private: key, cert } = await generate([{ name: 'commonName', value: host }], {
      algorithm: 'sha256',
      ca: this.own,
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
    });
    return { key, cert };
  }
}

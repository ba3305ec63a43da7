import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type Readable } from 'node:stream';
import DKIM from 'nodemailer/lib/dkim';
import { ConfigError, type DkimKey } from '#libs/config';
import { makeSigningFolder } from './signing-folder.js';

/** What a signature covers; one-click unsubscription counts only when its two headers are among them (RFC 8058). */
const SIGNED_HEADERS =
  'From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding:' +
  'List-Unsubscribe:List-Unsubscribe-Post';
/** A signature stands before what it signs, so a mail is kept until its end has come: up to this in memory, else in a file. */
const IN_MEMORY_BYTES = 256 * 1024;
/** Receivers take no shorter key for proof (RFC 8301). */
const SHORTEST_KEY_BITS = 1_024;

/** Signs mails for a domain (DKIM). */
export class Signer {
  readonly #folder: string;
  readonly #dkim: DKIM;

  /**
   * @param files where mails lie that are not small. @default the system's folder for temporary files
   * @throws ConfigError when the key cannot be read, or is none that a mail can be signed with
   */
  constructor({ selector, keyFile }: DkimKey, domainName: string, files = tmpdir()) {
    const privateKey = usableKey(keyFile);
    this.#folder = makeSigningFolder(files);
    this.#dkim = new DKIM({
      ...{ domainName, keySelector: selector, privateKey, headerFieldNames: SIGNED_HEADERS },
      ...{ cacheDir: this.#folder, cacheTreshold: IN_MEMORY_BYTES },
    });
  }

  /** Reads the mail to its end before it gives the first byte. */
  sign(mail: Readable): Readable {
    return this.#dkim.sign(mail);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

// What cannot sign would not fail: nodemailer sends such mails unsigned.
function usableKey(keyFile: string): KeyObject {
  const key = privateKeyIn(keyFile);
  const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength = 0 } = {} } = key;
  if (type !== 'rsa')
    throw unusable(`Expected an RSA key, got ${String(type)}; mails are signed with rsa-sha256 alone.`);
  if (modulusLength >= SHORTEST_KEY_BITS) return key;
  throw unusable(`Expected an RSA key of at least ${SHORTEST_KEY_BITS} bits, got ${modulusLength}.`);
}

function privateKeyIn(keyFile: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(keyFile));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw unusable(`Expected a private key in PEM, without a passphrase: ${reason}`);
  }
}

function unusable(message: string): ConfigError {
  return new ConfigError([{ name: 'MAIL_DKIM', message }]);
}

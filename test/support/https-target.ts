import { once } from 'node:events';
import { type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { generate } from 'selfsigned';

/** A server with TLS for `localhost`, on a free port of 127.0.0.1. */
export interface HttpsTarget {
  readonly url: string;
  /** As `EGRESS_ALLOW` has it. */
  readonly pair: string;
  /** PEM of the certificate, for whoever is to trust it. */
  readonly certificate: string;
  stop(): Promise<void>;
}

/** Starts a server with a key that is made for it and a certificate that nobody has signed but itself. */
export async function startHttpsTarget(answer: RequestListener): Promise<HttpsTarget> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const server = createServer({ key, cert }, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `https://localhost:${port}`, pair: `localhost:${port}`, certificate: cert },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

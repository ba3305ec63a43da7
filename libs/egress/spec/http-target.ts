import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as the target got it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server of other people, on a free port of 127.0.0.1. */
export interface HttpTarget {
  readonly url: string;
  /** As `EGRESS_ALLOW` has it. */
  readonly pair: string;
  /** Whole requests, in the order of their ends. */
  readonly seen: readonly SeenRequest[];
  /** What it answers from now on. */
  answer(listener: RequestListener): void;
  stop(): Promise<void>;
}

/** Starts a target that answers 200 until it is told otherwise. */
export async function startHttpTarget(): Promise<HttpTarget> {
  const seen: SeenRequest[] = [];
  let respond: RequestListener = (_request, response) => void response.end('ok');
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    text(request).then(
      (body) => {
        seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
        respond(request, response);
      },
      () => undefined,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}`, pair: `127.0.0.1:${port}`, seen },
    answer: (listener) => {
      respond = listener;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it came. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What is done with a request: the response is written, left open, or torn off. */
export type Act = (response: ServerResponse, request: Received) => void;

/** A real HTTP server that does with each request what the script says next; the last act is for all further ones. */
export class ScriptedGateway {
  readonly requests: Received[] = [];
  readonly #server: Server;
  readonly #script: Act[];
  readonly #open = new Set<ServerResponse>();

  private constructor(script: readonly Act[]) {
    this.#script = [...script];
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(...script: readonly Act[]): Promise<ScriptedGateway> {
    const gateway = new ScriptedGateway(script);
    gateway.#server.listen(0, '127.0.0.1');
    await once(gateway.#server, 'listening');
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The connections whose answers are not at their end. */
  get openAnswers(): number {
    return this.#open.size;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const received = { method, path: url, headers, body: await text(request).catch(() => '') };
    this.requests.push(received);
    this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
    const act = this.#script.length > 1 ? this.#script.shift() : this.#script[0];
    act?.(response, received);
  }
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Act {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** Answers with a problem as the gateway writes it. */
export function problem(status: number, more: object = {}, headers: Readonly<Record<string, string>> = {}): Act {
  const body = { type: 'about:blank', title: 'Problem', status, detail: `It is ${status}.`, ...more };
  return json(status, body, { 'content-type': 'application/problem+json; charset=utf-8', ...headers });
}

/** Takes the request and tears the connection off. */
export const tornOff: Act = (response) => {
  response.destroy();
};

/** Takes the request and says nothing. */
export const silent: Act = () => undefined;

/** Begins a stream of server-sent events with these chunks, and leaves it open. */
export function stream(...chunks: readonly string[]): Act {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.flushHeaders();
    for (const chunk of chunks) response.write(chunk);
  };
}

/** The same, and tears the connection off after them. */
export function brokenStream(...chunks: readonly string[]): Act {
  return (response, request) => {
    stream(...chunks)(response, request);
    // The chunks are to arrive before the end does.
    response.write('', () => response.destroy());
  };
}

/** One event as text. */
export function event(id: number, name: string, data: object): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

/** Something outside of the suite that jobs call, and that counts the calls by itself. */
export class HttpTarget {
  readonly #calls = new Map<string, number>();

  private constructor(private readonly server: Server) {}

  static async open(): Promise<HttpTarget> {
    const server = createServer();
    const target = new HttpTarget(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { job } = JSON.parse(Buffer.concat(chunks).toString()) as { job: string };
        target.#calls.set(job, (target.#calls.get(job) ?? 0) + 1);
        response.writeHead(204).end();
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return target;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** Calls by job. */
  get calls(): ReadonlyMap<string, number> {
    return this.#calls;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

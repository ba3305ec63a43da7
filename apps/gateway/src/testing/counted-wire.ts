import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';

/** A way to the database on which the pieces are counted in which it is spoken to. */
export class CountedWire {
  readonly url: string;
  readonly #server: Server;
  #chunks = 0;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** @param url of the server that it leads to */
  static async to(url: string): Promise<CountedWire> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const near = new URL(url);
    const { hostname, port } = near;
    near.port = String((server.address() as AddressInfo).port);
    const wire = new CountedWire(server, near.href);
    server.on('connection', (socket) => {
      const onward = connect(Number(port), hostname);
      socket.on('data', () => (wire.#chunks += 1));
      socket.pipe(onward).pipe(socket);
    });
    return wire;
  }

  /** In how many pieces is said what `work` says. */
  async chunksFor(work: () => Promise<unknown>): Promise<number> {
    const before = this.#chunks;
    await work();
    return this.#chunks - before;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

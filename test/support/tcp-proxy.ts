import { connect, createServer, type Server, type Socket } from 'node:net';

/** Looks at the chunks that one connection's client sends, in their order, and gives what is passed on. */
export type ChunkFilter = (chunk: Buffer) => Buffer;

/** A TCP proxy between a process under test and a server, which can spoil the connections. */
export class TcpProxy {
  private readonly pairs = new Set<{ readonly client: Socket; readonly upstream: Socket }>();
  private delay = 0;
  private swallowing = false;
  private server: Server | undefined;
  private listening = 0;

  private constructor(
    private readonly target: number,
    private readonly filterOf: () => ChunkFilter,
  ) {}

  /**
   * A proxy on a free port of 127.0.0.1 to a port of 127.0.0.1.
   * @param filterOf makes the filter of each new connection
   */
  static async to(target: number, filterOf: () => ChunkFilter = () => (chunk) => chunk): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, filterOf);
    await proxy.accept();
    return proxy;
  }

  get port(): number {
    return this.listening;
  }

  /** Holds every chunk back for `ms`, in both directions. */
  slow(ms: number): void {
    this.delay = ms;
  }

  /** Takes connections and data, and passes nothing on: the peer is there and silent. */
  blackHole(): void {
    this.swallowing = true;
  }

  /** Passes everything on again; what was swallowed stays lost, so connections of that time are reset. */
  heal(): void {
    this.delay = 0;
    if (this.swallowing) this.reset();
    this.swallowing = false;
  }

  /** Ends the open connections in order. */
  drop(): void {
    this.eachSocket((socket) => socket.end());
  }

  /** Breaks the open connections with a reset. */
  reset(): void {
    this.eachSocket((socket) => socket.resetAndDestroy());
  }

  /** Refuses new connections, and breaks the open ones. */
  async refuse(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => {
      if (server === undefined) resolve();
      else
        server.close(() => {
          resolve();
        });
    });
    this.reset();
    await closed;
  }

  /** Takes connections on its port, again after `refuse`. */
  async accept(): Promise<void> {
    if (this.server !== undefined) return;
    const server = createServer((client) => {
      this.join(client, connect({ port: this.target, host: '127.0.0.1' }));
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port: this.listening, host: '127.0.0.1' }, resolve);
    });
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.listening = address.port;
  }

  async close(): Promise<void> {
    await this.refuse();
  }

  private join(client: Socket, upstream: Socket): void {
    const pair = { client, upstream };
    this.pairs.add(pair);
    const filter = this.filterOf();
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.setNoDelay(true);
      from.on('data', (chunk) => {
        this.pass(from === client ? filter(chunk) : chunk, to);
      });
      from.on('error', () => to.destroy());
      from.on('end', () => {
        this.later(() => to.end());
      });
      from.on('close', () => {
        if (client.destroyed && upstream.destroyed) this.pairs.delete(pair);
      });
    }
  }

  private pass(chunk: Buffer, to: Socket): void {
    if (this.swallowing) return;
    this.later(() => {
      if (to.writable) to.write(chunk);
    });
  }

  /** Equal delays keep their order. */
  private later(act: () => void): void {
    if (this.delay === 0) act();
    else setTimeout(act, this.delay);
  }

  private eachSocket(spoil: (socket: Socket) => void): void {
    for (const { client, upstream } of this.pairs) {
      spoil(client);
      spoil(upstream);
    }
  }
}

import { type Server, type Socket } from 'node:net';

/** Who connects in order to ask has asked by then. */
const GRACE_MS = 1_000;

/**
 * Connections on which nothing has come yet. Browsers open them ahead of their requests; Node's server takes them for
 * busy ones and waits for them when it closes.
 */
export class UnusedConnections {
  readonly #openedAt = new Map<Socket, number>();

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.#openedAt.set(socket, Date.now());
      socket.once('close', () => this.#openedAt.delete(socket));
    });
  }

  /** Closes those that have been open for a second. */
  close(): void {
    const limit = Date.now() - GRACE_MS;
    for (const [socket, openedAt] of this.#openedAt) if (socket.bytesRead === 0 && openedAt <= limit) socket.destroy();
  }
}

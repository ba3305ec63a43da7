import { type LiveSocket, type ServerMessage } from './socket-events.js';

/** The way out to one socket. Whoever has something to tell waits until what was told before has left. */
export class Outlet {
  readonly #socket: LiveSocket;
  #clearing: Promise<void> | undefined;

  constructor(socket: LiveSocket) {
    this.#socket = socket;
  }

  /** Settles when nothing waits to be sent; with false when the socket is closed. */
  async isClear(): Promise<boolean> {
    while (this.#socket.connected && !this.#isIdle) await (this.#clearing ??= this.#untilSent());
    return this.#socket.connected;
  }

  send([event, told]: ServerMessage): void {
    this.#socket.emit(event, told);
  }

  /** While the last message is on its way into the network, the transport is not writable, and what comes is buffered. */
  get #isIdle(): boolean {
    return this.#socket.conn.transport.writable;
  }

  async #untilSent(): Promise<void> {
    const { conn } = this.#socket;
    const { transport } = conn;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        transport.off('ready', done);
        conn.off('close', done);
        resolve();
      };
      transport.on('ready', done);
      conn.on('close', done);
    });
    this.#clearing = undefined;
  }
}

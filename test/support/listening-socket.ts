import { io, type Socket } from 'socket.io-client';

/** Something that a socket was told. */
export interface Told {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** What the gateway says to a request of a socket. */
export interface Acknowledged {
  readonly ok: boolean;
  readonly error?: string;
}

/** A client's socket, with everything that it was told in order. */
export class ListeningSocket {
  readonly told: Told[] = [];
  #heard: () => void = () => undefined;

  private constructor(readonly socket: Socket) {
    socket.onAny((event: string, body: object) => {
      this.told.push({ event, ...body });
      this.#heard();
    });
  }

  /** @throws Error with the gateway's refusal */
  static async connect(url: string, token: unknown, headers: Record<string, string> = {}): Promise<ListeningSocket> {
    const options = { transports: ['websocket'], reconnection: false, forceNew: true, extraHeaders: headers };
    const socket = io(url, { ...options, auth: { token } });
    const listening = new ListeningSocket(socket);
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve).once('connect_error', reject);
      });
      return listening;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  ask(event: string, asked: unknown): Promise<Acknowledged> {
    return this.socket.emitWithAck(event, asked) as Promise<Acknowledged>;
  }

  /** Settles with what was told first of this kind, now or later. */
  async until(is: (told: Told) => boolean): Promise<Told> {
    for (;;) {
      const found = this.told.find(is);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  /** Settles with the reason when the gateway or the network ends the connection. */
  async closed(): Promise<string> {
    if (this.socket.disconnected) return 'closed before';
    return new Promise((resolve) => this.socket.once('disconnect', resolve));
  }

  close(): void {
    this.socket.close();
  }
}

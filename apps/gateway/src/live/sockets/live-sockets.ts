import { type Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import { LIMITS } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { may } from '../../api-keys/caller.js';
import { type WatchAuthenticator } from '../../api-keys/watch-authenticator.js';
import { Problem } from '../../http/problem.js';
import { type Listeners } from '../listeners.js';
import { type LiveOrigins } from '../live-origins.js';
import { type LiveServer, type LiveSocket } from './socket-events.js';
import { type SessionParts, SocketSession } from './socket-session.js';

/** Who has not said by then who they are is cut off. */
const LOGIN_MS = 5_000;
const PING_EVERY_MS = 25_000;
const PONG_WITHIN_MS = 20_000;

export interface LiveSocketsParts extends SessionParts {
  readonly authenticator: Pick<WatchAuthenticator, 'authenticate'>;
  readonly listeners: Pick<Listeners, 'admit'>;
  readonly telemetry: Telemetry;
}

/**
 * Socket.IO on the gateway's own server, by WebSocket alone: so no connection depends on reaching the same gateway twice.
 * Who connects says in the handshake who they are.
 */
export class LiveSockets {
  readonly #parts: LiveSocketsParts;
  #io: LiveServer | undefined;

  constructor(parts: LiveSocketsParts) {
    this.#parts = parts;
  }

  /** Takes connections from pages of these origins, and from programs. */
  attach(server: HttpServer, origins: LiveOrigins): void {
    const io: LiveServer = new Server(server, {
      transports: ['websocket'],
      serveClient: false,
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: LIMITS.socketMessage,
      connectTimeout: LOGIN_MS,
      pingInterval: PING_EVERY_MS,
      pingTimeout: PONG_WITHIN_MS,
      allowRequest: ({ headers }, decide) => decide('This origin may not listen.', origins.allow(headers.origin)),
    });
    io.use((socket, next) => {
      this.#admit(socket).then(
        () => next(),
        (error: unknown) => next(this.#refusal(error)),
      );
    });
    io.on('connection', (socket: LiveSocket) => new SocketSession(socket, this.#parts));
    this.#io = io;
  }

  /** Closes every connection so that clients connect again, to another gateway. */
  close(): void {
    this.#io?.engine.close();
  }

  async #admit(socket: LiveSocket): Promise<void> {
    const { auth, address } = socket.handshake;
    const token: unknown = auth['token'];
    const header = typeof token === 'string' ? `Bearer ${token}` : undefined;
    const caller = await this.#parts.authenticator.authenticate(header, address);
    if (caller.watch === undefined && !may(caller, 'jobs:read')) {
      throw new Problem(403, 'The API key lacks the scope jobs:read.');
    }
    const close = (reason: string): void => {
      socket.emit('listener-closed', { reason });
      socket.disconnect(true);
    };
    const release = this.#parts.listeners.admit({ transport: 'socket', caller, close });
    socket.conn.once('close', release);
    if (socket.conn.readyState !== 'open') release();
    socket.data.caller = caller;
  }

  #refusal(error: unknown): Error {
    if (error instanceof Problem) return Object.assign(new Error(error.message), { data: { status: error.status } });
    this.#parts.telemetry.emit('live.failed', { where: 'handshake', error });
    return new Error('Something went wrong in the gateway. Try again.');
  }
}

import { Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { Authenticator } from '../api-keys/authenticator.js';
import { type Caller } from '../api-keys/caller.js';
import { WatchAuthenticator } from '../api-keys/watch-authenticator.js';
import { Sessions } from './sessions.js';

/** Finds out who makes a request: the holder of a key, of a session, or of a watch token where that is taken. */
@Injectable()
export class RequestAuthenticator {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly watchers: WatchAuthenticator,
    private readonly sessions: Sessions,
  ) {}

  /** @throws Problem 401 without anything that is in force, 403 for a session that another page makes use of, 429 after too many tries with keys */
  async authenticate(request: FastifyRequest, { isWatchable = false } = {}): Promise<Caller> {
    if (this.sessions.speaksFor(request)) return this.sessions.authenticate(request);
    const authenticator = isWatchable ? this.watchers : this.authenticator;
    return authenticator.authenticate(request.headers.authorization, request.ip);
  }
}

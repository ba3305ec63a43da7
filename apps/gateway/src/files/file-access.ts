import { type FastifyRequest } from 'fastify';
import { type FileReference } from '#libs/contracts';
import { belongsTo, type LinkSigner, type Storage } from '#libs/storage';
import { may, visibleTenant } from '../api-keys/caller.js';
import { missing, Problem } from '../http/problem.js';
import { type RequestAuthenticator } from '../sessions/request-authenticator.js';

/** Decides who may read a file: whoever has a link that we signed, and the keys and sessions of its tenant. */
export class FileAccess {
  constructor(
    private readonly storage: Storage,
    private readonly signer: LinkSigner,
    private readonly authenticator: RequestAuthenticator,
  ) {}

  /**
   * The file that a request may read.
   * @throws Problem 403 for a link that was changed or has run out, 401 without link and key, 404 when there is no such file
   */
  async open(request: FastifyRequest, key: string): Promise<FileReference> {
    await this.#admit(request, key);
    const file = await this.storage.stat(key);
    if (file === undefined) throw missing('file', key);
    return file;
  }

  async #admit(request: FastifyRequest, key: string): Promise<void> {
    const query = request.query as Readonly<Record<string, unknown>>;
    if (query['signature'] !== undefined) {
      if (this.signer.verify(key, query, new Date())) return;
      throw new Problem(403, 'The link has been changed, or has run out.');
    }
    const caller = await this.authenticator.authenticate(request);
    if (!may(caller, 'jobs:read') || !caller.seesContents)
      throw new Problem(403, 'The API key lacks the scope jobs:read.');
    const tenant = visibleTenant(caller);
    if (tenant !== null && !belongsTo(tenant, key)) throw missing('file', key);
  }
}

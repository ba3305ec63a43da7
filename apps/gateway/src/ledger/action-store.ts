import { type Database } from './database.js';

/** Something that somebody is about to change. */
export interface NewAction {
  readonly id: string;
  readonly apiKeyId: string;
  readonly tenant: string;
  readonly bySession: boolean;
  readonly method: string;
  /** As the router has it: `/v1/jobs/:id/retry`. */
  readonly route: string;
  /** What the path names. */
  readonly object: string | null;
}

/** What somebody has changed, or wanted to. */
export interface ActionRecord extends NewAction {
  readonly at: Date;
  /** As the key was called then. */
  readonly keyName: string;
  /** Of the answer; null when the gateway ended before there was one. */
  readonly status: number | null;
}

/** Which actions are asked for. */
export interface ActionFilter {
  readonly tenant: string | null;
  readonly apiKeyId: string | null;
}

/** Who has changed what. An action is entered before it is done, so that none is done which is not entered. */
export class ActionStore {
  constructor(private readonly database: Database) {}

  async begin({ id, apiKeyId, tenant, bySession, method, route, object }: NewAction): Promise<void> {
    await this.database.query(
      `INSERT INTO actions (id, api_key_id, key_name, tenant, by_session, method, route, object)
       SELECT $1, id, name, $3, $4, $5, $6, $7 FROM api_keys WHERE id = $2`,
      [id, apiKeyId, tenant, bySession, method, route, object],
    );
  }

  /** Says what came of it, and what was made when the path did not name it. */
  async end(id: string, status: number, object: string | null): Promise<void> {
    await this.database.query('UPDATE actions SET status = $2, object = coalesce(object, $3) WHERE id = $1', [
      id,
      status,
      object,
    ]);
  }

  /** Newest first, those after the action `after` when it is given. */
  async list(
    { tenant, apiKeyId }: ActionFilter,
    page: { readonly limit: number; readonly after: string | null },
  ): Promise<readonly ActionRecord[]> {
    return this.database.query<ActionRecord>(
      `SELECT id, at, api_key_id AS "apiKeyId", key_name AS "keyName", tenant, by_session AS "bySession", method, route,
              object, status
       FROM actions
       WHERE ($1::text IS NULL OR tenant = $1) AND ($2::uuid IS NULL OR api_key_id = $2) AND ($3::uuid IS NULL OR id < $3)
       ORDER BY id DESC LIMIT $4`,
      [tenant, apiKeyId, page.after, page.limit],
    );
  }
}

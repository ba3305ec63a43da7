import { type SentProbe } from '../reconciler/proof.js';
import { type Queries } from './database.js';
import { isId } from './ids.js';
import { milliseconds } from './milliseconds.js';

/** A probe on its way. */
export interface NewProbe {
  readonly id: string;
  readonly queue: string;
  /** Of the work queue that it goes through. */
  readonly key: string;
  readonly priority: number;
}

/** A probe as it stands, with the queue that it asks for. */
export interface KnownProbe extends SentProbe {
  readonly queue: string;
  readonly priority: number;
}

/** Answers that came so long ago stand for nothing that is still asked. */
const KEPT = `interval '1 day'`;

/** Keeps probes, of jobs' ways and of the reports' own, from before they are sent until they are of no use. */
export class ProbeStore {
  readonly #database: Queries;

  constructor(database: Queries) {
    this.#database = database;
  }

  /** Enters a probe that is about to be sent: it is never sent before it is known. */
  async send({ id, queue, key, priority }: NewProbe): Promise<void> {
    await this.#database.query('INSERT INTO probes (id, queue, queue_key, priority) VALUES ($1, $2, $3, $4)', [
      ...[id, queue, key, priority],
    ]);
  }

  /** Enters a marker, a probe of the way that reports take. Returns when that was. */
  async mark(id: string): Promise<number> {
    const [row] = await this.#database.query<{ at: number }>(
      `INSERT INTO probes (id) VALUES ($1) RETURNING ${milliseconds('sent_at')} AS at`,
      [id],
    );
    return row?.at ?? 0;
  }

  /** Forgets probes of which nothing more can be learned; their answers, if any come, say nothing. */
  async forget(ids: readonly string[]): Promise<void> {
    await this.#database.query('DELETE FROM probes WHERE id = ANY($1::uuid[])', [ids]);
  }

  /** Notes that probes have arrived. What is no probe of ours is passed over. */
  async answered(ids: readonly string[]): Promise<void> {
    await this.#database.query(
      'UPDATE probes SET back_at = clock_timestamp() WHERE id = ANY($1::uuid[]) AND back_at IS NULL',
      [ids.filter(isId)],
    );
  }

  /** Notes that the broker has no queue for a probe. Nothing is sent to such a queue again unless an app announces it. */
  async gone(id: string): Promise<void> {
    await this.#database.query(GONE, [id]);
  }

  /** Every probe of jobs that is out, or may still stand for something. */
  async list(): Promise<KnownProbe[]> {
    return this.#database.query<KnownProbe>(
      `SELECT queue, queue_key AS key, priority, ${milliseconds('sent_at')} AS "sentAt", ${milliseconds('back_at')} AS "backAt", gone
       FROM probes WHERE queue IS NOT NULL`,
    );
  }

  /**
   * Removes answers that stand for no suspect and no old void any more, what was lost on the way (a later probe has passed
   * it), and what has been out for a day. What was lost goes no later than what tells so: nothing would speak for its loss then.
   */
  async tidy(): Promise<void> {
    await this.#database.query(TIDY);
  }

  /**
   * Whether everything is in the ledger that was reported before a marker was sent: it is back, and as many trackers as
   * there were to read it have committed what they had read by `transitMs` later. For so long a delivery may be on its way.
   */
  async isKnown(marker: string, trackers: number, transitMs: number): Promise<boolean> {
    const [row] = await this.#database.query<{ known: boolean }>(KNOWN, [marker, trackers, transitMs]);
    return row?.known ?? false;
  }

  /** Notes that a gateway's tracker has committed all that it had read at a time, in milliseconds since 1970. */
  async settled(gateway: string, at: number): Promise<void> {
    await this.#database.query(
      `INSERT INTO trackers (gateway, settled_at) VALUES ($1, to_timestamp($2::float8 / 1000))
       ON CONFLICT (gateway) DO UPDATE SET settled_at = excluded.settled_at`,
      [gateway, at],
    );
  }
}

const GONE = `
WITH probe AS (
  UPDATE probes SET back_at = clock_timestamp(), gone = true WHERE id = $1 RETURNING queue, queue_key
)
DELETE FROM queue_keys USING probe
WHERE queue_keys.queue = probe.queue AND queue_keys.key = probe.queue_key
  AND NOT EXISTS (SELECT FROM domains WHERE domains.name = probe.queue AND domains.queue_key = probe.queue_key)`;

const TIDY = `
WITH stale AS (
  DELETE FROM trackers WHERE settled_at < now() - ${KEPT}
)
DELETE FROM probes WHERE sent_at < now() - ${KEPT} OR (back_at IS NULL AND EXISTS (
    SELECT FROM probes AS later WHERE later.queue = probes.queue AND later.queue_key = probes.queue_key
      AND later.priority = probes.priority AND later.sent_at > probes.sent_at AND later.back_at IS NOT NULL))
  OR (back_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM suspects WHERE suspects.queue = probes.queue AND suspects.priority = probes.priority)
  AND NOT EXISTS (SELECT FROM voids WHERE voids.queue = probes.queue AND watched_since IS NOT NULL))`;

const KNOWN = `
SELECT back_at IS NOT NULL AND (
  SELECT count(*) FROM trackers WHERE settled_at > back_at + $3 * interval '1 millisecond') >= $2 AS known
FROM probes WHERE id = $1`;

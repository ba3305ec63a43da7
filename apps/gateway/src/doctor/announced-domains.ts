import { type Queries } from '../ledger/database.js';

/** A domain as its newest app has announced it. */
export interface AnnouncedDomain {
  readonly name: string;
  /** The key of its work queue, such as `media.classic-1`. */
  readonly queueKey: string;
  readonly queueType: 'classic' | 'quorum';
  readonly paused: boolean;
  /** An app of it is about: it has announced itself or sent a heartbeat within the last ten minutes. */
  readonly alive: boolean;
  /** Jobs that wait for a worker, counted up to a thousand. */
  readonly waiting: number;
}

export async function announcedDomains(ledger: Queries): Promise<readonly AnnouncedDomain[]> {
  return ledger.query<AnnouncedDomain>(
    `SELECT name, queue_key AS "queueKey", queue_type AS "queueType",
            coalesce((SELECT paused FROM queue_settings WHERE queue = domains.name), false) AS paused,
            announced_at > now() - interval '10 minutes'
              OR EXISTS (SELECT FROM workers WHERE domain = domains.name AND heard_at > now() - interval '10 minutes')
              AS alive,
            (SELECT count(*)::int FROM (
               SELECT FROM jobs WHERE queue = domains.name AND status IN ('queued', 'retrying') LIMIT 1000
             ) AS open) AS waiting
     FROM domains ORDER BY name`,
  );
}

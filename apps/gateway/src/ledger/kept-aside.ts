import { clippedText, storableJson } from '#libs/contracts';
import { type KeyedQueries } from './database.js';

const KEPT_AT_MOST = 10_000;
const LONGEST_BYTES = 64 * 1024;

/** Keeps what cannot be used, with the reason, for people to look at: the newest 10,000, each cut to 64 KiB. */
export async function keepAside(queries: KeyedQueries, reports: readonly unknown[], reason: string): Promise<void> {
  if (reports.length === 0) return;
  const texts = reports.map((report) => clippedText(JSON.stringify(storableJson(report)), LONGEST_BYTES));
  await queries.query(KEEP_ASIDE, [reason, texts]);
}

const KEEP_ASIDE = `
WITH kept AS (
  INSERT INTO reports_kept_aside (reason, report) SELECT $1, report FROM unnest($2::text[]) AS new (report) RETURNING id
)
DELETE FROM reports_kept_aside WHERE id <= (SELECT max(id) FROM kept) - ${KEPT_AT_MOST}`;

import { LIMITS, type LogReport, type ProgressReport, storableJson, clippedText } from '#libs/contracts';
import { type Database } from './database.js';
import { isId } from './ids.js';

/** Where a line stands in its job's log. */
export interface LogPosition {
  readonly run: number;
  readonly seq: number;
}

/** A line that a handler wrote. */
export interface LogLine extends LogPosition {
  /** Of its job, when it was written. */
  readonly version: number;
  readonly at: string;
  readonly attempt: number;
  readonly level: string;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** Behind which line a reader goes on; without a position, behind all of the version. */
export interface LineCursor extends Partial<LogPosition> {
  readonly version: number;
}

type LogRow = Omit<LogLine, 'at'> & { readonly at: Date };
const LOG_COLUMNS = 'run, seq, version, at, attempt, level, message, fields';

function lineOf(row: LogRow): LogLine {
  return { ...row, at: row.at.toISOString() };
}

/** The largest number that the ledger's counts can hold. */
const MAX_COUNT = 2 ** 31 - 1;

/** Writes and reads what tells of running jobs and moves none. */
export class TellingStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Enters the latest progress of each run that has not ended; it may come before the report that the run has started. What
   * is older than known is passed over.
   */
  async progress(domain: string, reports: readonly ProgressReport[]): Promise<void> {
    const latest = new Map<string, ProgressReport>();
    for (const report of reports) {
      const known = latest.get(report.job);
      if (isCountable(report) && (known === undefined || isLater(report, known))) {
        latest.set(report.job, report);
      }
    }
    const rows = [...latest.values()];
    if (rows.length === 0) return;
    await this.#database.query(WRITE_PROGRESS, [
      rows.map(({ job }) => job),
      rows.map(({ run }) => run),
      rows.map(({ seq }) => seq),
      rows.map(({ percent }) => Math.min(Math.max(percent, 0), 100)),
      rows.map(({ message }) => (message === null ? null : clippedText(message, LIMITS.progressMessage))),
      domain,
    ]);
  }

  /** Appends log lines to their jobs; a line that is there already is passed over. */
  async log(domain: string, lines: readonly LogReport[]): Promise<void> {
    const rows = lines.filter((line) => isCountable(line) && line.seq <= LIMITS.logLinesPerAttempt * 2);
    if (rows.length === 0) return;
    await this.#database.query(WRITE_LOGS, [
      rows.map(({ job }) => job),
      rows.map(({ run }) => run),
      rows.map(({ seq }) => seq),
      rows.map(({ attempt }) => attempt),
      rows.map(({ at }) => timeOf(at)),
      rows.map(({ level }) => level),
      rows.map(({ message }) => clippedText(message, LIMITS.logLine)),
      rows.map(({ fields }) => JSON.stringify(storableJson(fields))),
      domain,
    ]);
  }

  /** A job's log, oldest first; with `after`, what comes behind that line. */
  async lines(jobId: string, page: { limit: number; after: LogPosition | null }): Promise<LogLine[]> {
    const rows = await this.#database.query<LogRow>(
      `SELECT ${LOG_COLUMNS} FROM job_logs
       WHERE job_id = $1 AND ($2::int IS NULL OR (run, seq) > ($2, $3::int)) ORDER BY run, seq LIMIT $4`,
      [jobId, page.after?.run ?? null, page.after?.seq ?? null, page.limit],
    );
    return rows.map(lineOf);
  }

  /** Up to `limit` lines behind a line, or behind all of a version, of no newer version than `upTo`, in their order. */
  async linesSince(jobId: string, after: LineCursor, upTo: number, limit: number): Promise<LogLine[]> {
    const rows = await this.#database.query<LogRow>(
      `SELECT ${LOG_COLUMNS} FROM job_logs
       WHERE job_id = $1 AND (version, run, seq) > ($2, $3, $4) AND version <= $5
       ORDER BY version, run, seq LIMIT $6`,
      [jobId, after.version, after.run ?? MAX_COUNT, after.seq ?? MAX_COUNT, upTo, limit],
    );
    return rows.map(lineOf);
  }
}

/** One report that the ledger cannot hold must not cost the others of its batch. */
function isCountable(report: ProgressReport | LogReport): boolean {
  const attempt = report.type === 'log' ? report.attempt : 0;
  return isId(report.job) && Math.max(report.run, report.seq, attempt) <= MAX_COUNT;
}

/** A worker's clock, while it shows a time that may be; else ours. */
function timeOf(at: string): Date {
  const time = Date.parse(at);
  return time > 0 && time <= Date.now() ? new Date(time) : new Date();
}

/** Of two reports of a job: by run, within a run by sequence. */
function isLater(report: ProgressReport, known: ProgressReport): boolean {
  return report.run === known.run ? report.seq > known.seq : report.run > known.run;
}

const WRITE_PROGRESS = `
WITH new AS (
  SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[], $4::real[], $5::text[]) AS new (id, run, seq, percent, message)
), locked AS (
  SELECT jobs.id FROM jobs JOIN new USING (id) ORDER BY jobs.id FOR NO KEY UPDATE OF jobs
)
UPDATE jobs SET version = version + 1, progress = greatest(jobs.progress, new.percent), progress_message = new.message,
  progress_seq = new.seq
FROM new JOIN locked USING (id)
WHERE jobs.id = new.id AND jobs.run = new.run AND jobs.status NOT IN ('completed','failed','cancelled') AND jobs.queue = $6 AND new.seq > jobs.progress_seq`;

// Each line has a version of its own, so that a reader can say up to which it has come. What comes after the end of its
// job has the last one: a job that has ended changes no more.
const WRITE_LOGS = `
WITH new AS (
  SELECT *, row_number() OVER (PARTITION BY id ORDER BY run, seq) AS nth
  FROM unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::timestamptz[], $6::text[], $7::text[], $8::text[])
    AS new (id, run, seq, attempt, at, level, message, fields)
), counted AS (
  SELECT id, max(nth)::int AS lines FROM new GROUP BY id
), locked AS (
  SELECT jobs.id, jobs.version, lines, completed_at IS NULL AS open FROM jobs JOIN counted USING (id)
  WHERE jobs.queue = $9 ORDER BY jobs.id FOR NO KEY UPDATE OF jobs
), moved AS (
  UPDATE jobs SET version = jobs.version + lines FROM locked WHERE jobs.id = locked.id AND open
)
INSERT INTO job_logs (job_id, run, seq, attempt, at, level, message, fields, version)
SELECT new.id, run, seq, attempt, at, level, message, fields::json, version + CASE WHEN open THEN nth ELSE 0 END
FROM new JOIN locked USING (id)
ORDER BY new.id
ON CONFLICT DO NOTHING`;

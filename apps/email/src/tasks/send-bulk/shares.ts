import { createHash } from 'node:crypto';
import { type Readable } from 'node:stream';
import { type JobContext, PermanentError } from '#libs/consumer';
import { type FileReference, isRecord, LIMITS } from '#libs/contracts';
import { LineFile } from './line-file.js';
import { addressOf, type RecipientRow } from './recipient-row.js';

/** Each is a file that is being written: a bucket takes up to 24 MiB of memory for one. */
const MOST_SHARES = 8;
/** Shares are not quite equal: this much of what a job may send to is planned for. */
const FILL = 0.8;
/** More is no line of a share: a row of the list that it came from is shorter. */
const LONGEST_LINE = 1_024 * 1_024;

/**
 * Shares a list among files, by address: one that comes twice is in the same file both times. A file that is still too long is
 * shared again by the job that reads it, in another way.
 * @param count how many recipients there are
 */
export async function shareOut(
  list: AsyncIterable<RecipientRow>,
  count: number,
  job: JobContext,
): Promise<readonly FileReference[]> {
  const of = Math.min(MOST_SHARES, Math.max(2, Math.ceil(count / (LIMITS.spawnedJobs * FILL))));
  const files = Array.from({ length: of }, (_, share) => {
    return new LineFile(job, `share-${share}`, `recipients-${share + 1}-of-${of}.ndjson`);
  });
  try {
    for await (const row of list) {
      job.signal.throwIfAborted();
      await files[numberOf(addressOf(row), job.id) % of]?.write(row);
    }
    return await Promise.all(files.map((file) => file.close()));
  } catch (error) {
    for (const file of files) file.abandon(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** The same in every run of a job, and another in the next job: what was together here is not there. */
function numberOf(address: string, jobId: string): number {
  return createHash('sha256').update(`${jobId} ${address}`).digest().readUInt32BE();
}

/**
 * Reads the recipients of a share, line by line.
 * @throws PermanentError `invalid_recipients_file` when the file is none
 */
export async function* readShare(file: Readable): AsyncGenerator<RecipientRow> {
  try {
    for await (const line of linesOf(file)) yield rowOf(line);
  } finally {
    file.destroy();
  }
}

async function* linesOf(file: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of file as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw noShare();
    yield* lines;
  }
  if (rest !== '') throw noShare();
}

function rowOf(line: string): RecipientRow {
  const row = parsed(line);
  const isRow =
    isRecord(row) && Number.isSafeInteger(row['row']) && typeof row['to'] === 'string' && isRecord(row['data']);
  if (!isRow) throw noShare();
  return row as unknown as RecipientRow;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw noShare(error);
  }
}

function noShare(cause?: unknown): PermanentError {
  const message = 'Expected a file that a job with a long file of recipients has made, got another one.';
  return new PermanentError('invalid_recipients_file', message, { cause });
}

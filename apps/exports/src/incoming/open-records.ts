import { addAbortSignal } from 'node:stream';
import { type JobContext } from '#libs/consumer';
import { csvRecords } from './csv-records.js';
import { decodedText } from './decoded-text.js';
import { jsonRecords } from './json-records.js';
import { type IncomingPortions } from './record.js';

/** A stored source while it is read. */
export interface OpenRecords {
  readonly records: IncomingPortions;
  /** How much of it has been read, from 0 to 1. */
  readonly share: () => number;
  close(): void;
}

/**
 * Opens a stored CSV or NDJSON: the latter begins with a brace.
 * @throws PermanentError `file_not_found`
 */
export async function openRecords(
  { files, signal }: Pick<JobContext, 'files' | 'signal'>,
  file: { readonly key: string },
): Promise<OpenRecords> {
  const { stream, reference } = await files.open(file);
  let read = 0;
  // A storage that says nothing must not keep a job that is to end.
  addAbortSignal(signal, stream);
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const bytes of stream as AsyncIterable<Uint8Array>) {
      read += bytes.byteLength;
      yield bytes;
    }
  };
  return {
    records: eitherRecords(decodedText(counted())),
    share: () => (reference.size === 0 ? 0 : Math.min(1, read / reference.size)),
    close: () => stream.destroy(),
  };
}

async function* eitherRecords(text: AsyncGenerator<string>): IncomingPortions {
  const first = await text.next();
  const beginning = first.done === true ? '' : first.value;
  const whole = async function* (): AsyncGenerator<string> {
    yield beginning;
    yield* text;
  };
  yield* beginning.trimStart().startsWith('{') ? jsonRecords(whole()) : csvRecords(whole(), beginning);
}

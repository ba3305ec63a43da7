import { parse } from 'csv-parse/sync';
import { type ImportHandler, type ImportResult } from '../src/tasks/import/import.handler.js';
import { type ImportPayload } from '../src/tasks/import/import.payload.js';
import { jobInMemory, type JobInMemory } from '#libs/consumer-testing';

/** What has come of an import. */
export interface Imported {
  readonly result: ImportResult;
  /** Line, column and reason of the rejected rows. */
  readonly errors: readonly string[][];
}

/** What an import job is given: its file, the dataset, and what else is not as usual. */
export interface ImportOrder extends Partial<Omit<ImportPayload, 'dataset' | 'source'>> {
  readonly dataset: string;
  readonly file: string | Buffer;
}

/** Imports a file. */
export async function importFile(
  handler: ImportHandler,
  { file, ...payload }: ImportOrder,
  job = jobInMemory(),
): Promise<Imported> {
  const source = job.give(Buffer.from(file as string));
  return imported(await handler.import({ source, ...payload }, job.context), job);
}

/** A job's result, with what it has stored of the rejected rows. */
export function imported(result: ImportResult, job: JobInMemory): Imported {
  return { result, errors: rejectionsOf(job).map((row) => row.slice(0, 3)) };
}

/** What a job has stored of the rejected rows: line, column, reason and content. */
export function rejectionsOf(job: JobInMemory): readonly string[][] {
  const file = job.saved.get('errors.csv');
  return file === undefined ? [] : parse(file, { bom: true, from: 2 });
}

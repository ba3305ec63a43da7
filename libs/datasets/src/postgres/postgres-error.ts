import { DatabaseTrouble, DatasetRefusal } from '../errors.js';

/**
 * SQLSTATEs that come again however often the same is tried: bad data, broken constraints, wrong SQL, what is too large, what a
 * trigger says, a write while reading.
 */
const LASTING = /^(?:21|22|23|42|44|54|0A|25006|P0001)/;

/** What an error of PostgreSQL or of the way to it means for the request. */
export function asDatasetError(error: unknown): DatasetRefusal | DatabaseTrouble {
  if (error instanceof DatasetRefusal || error instanceof DatabaseTrouble) return error;
  const { message, code } = readable(error);
  if (code !== undefined && LASTING.test(code)) {
    return new DatasetRefusal('query_failed', `The database refused the query (${code}): ${message}`, { cause: error });
  }
  return new DatabaseTrouble('database_error', `The database did not answer as expected: ${message}`, { cause: error });
}

function readable(error: unknown): { message: string; code: string | undefined } {
  // A name with several addresses fails with an error that has no message of its own.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return { message: String(first), code: undefined };
  const code: unknown = 'code' in first ? first.code : undefined;
  return { message: first.message, code: typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined };
}

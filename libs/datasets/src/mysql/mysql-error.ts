import { DatabaseTrouble, DatasetRefusal } from '../errors.js';

/** SQLSTATEs of data that a type does not take, and of constraints that it breaks. */
const OF_DATA = /^(?:22|23)/;
/** Further ones that come again however often the same is tried: wrong SQL, a write while reading. */
const LASTING = /^(?:42|44|0A|25006)/;
/** Of data, without a SQLSTATE that says so: no default, what a type does not take, a broken check, what a trigger says. */
const NUMBERS_OF_DATA: ReadonlySet<number> = new Set([1265, 1364, 1366, 1411, 1644, 3140, 3819, 4025]);

/** An error of MySQL as its driver gives it. */
export interface MysqlError extends Error {
  readonly errno?: number | undefined;
  readonly sqlState?: string | undefined;
  readonly sqlMessage?: string;
}

/** What an error of MySQL or of the way to it means for the request. */
export function asDatasetError(error: unknown): DatasetRefusal | DatabaseTrouble {
  if (error instanceof DatasetRefusal || error instanceof DatabaseTrouble) return error;
  const { message, errno, sqlState } = error as MysqlError;
  if (LASTING.test(sqlState ?? '') || isOfData({ errno, sqlState })) {
    return new DatasetRefusal('query_failed', `The database refused the query (${errno ?? 'no number'}): ${message}`, {
      cause: error,
    });
  }
  return new DatabaseTrouble('database_error', `The database did not answer as expected: ${message}`, { cause: error });
}

/** True for an error that other data would not have had. */
export function isOfData({ errno = 0, sqlState = '' }: Pick<MysqlError, 'errno' | 'sqlState'>): boolean {
  return OF_DATA.test(sqlState) || NUMBERS_OF_DATA.has(errno);
}

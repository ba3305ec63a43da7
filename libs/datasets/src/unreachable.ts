import { DatabaseTrouble } from './errors.js';

/**
 * A database that nobody could connect to. Whose job it is reads the message: it has the code of the fault, such as `ECONNREFUSED` or
 * `28P01`, and not where the database is or who is let in.
 */
export function unreachable(name: string, cause: unknown): DatabaseTrouble {
  const code = codeOf(cause);
  const message = `The database ${name} cannot be reached${code === undefined ? '' : ` (${code})`}.`;
  return new DatabaseTrouble('database_unavailable', message, { cause });
}

/** A name with several addresses fails with an error for each of them. */
function codeOf(error: unknown): string | undefined {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && 'code' in first && typeof first.code === 'string' ? first.code : undefined;
}

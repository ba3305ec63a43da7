import { DatasetRefusal } from '../errors.js';
import { type RejectedRow } from '../bulk-import.js';

/** Data that a type does not take, and constraints that a row breaks. */
const OF_A_ROW = /^(?:22|23)/;

interface DatabaseComplaint {
  readonly code?: string;
  readonly message?: string;
  readonly detail?: string;
  readonly column?: string;
}

/** Why a row was refused; undefined when it is no row's fault. */
export function refusalOf(error: unknown): Pick<RejectedRow, 'column' | 'reason'> | undefined {
  if (!(error instanceof DatasetRefusal)) return undefined;
  const { code, message, detail, column } = error.cause as DatabaseComplaint;
  if (code === undefined || !OF_A_ROW.test(code)) return undefined;
  return {
    column: column ?? null,
    reason: detail === undefined ? (message ?? code) : `${message ?? code} (${detail})`,
  };
}

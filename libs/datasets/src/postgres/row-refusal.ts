import { DatasetRefusal } from '../errors.js';
import { type RejectedRow } from '../import-plan.js';

/**
 * Data that a type does not take, constraints and views that a row breaks, what a trigger says, what is too large for an index, and
 * a row that stands twice in a statement because the table's key is coarser than it looks.
 */
const OF_A_ROW = /^(?:21000|22|23|44|54000|P0001)/;
/** A policy refuses a row with the number of a right that is missing; where in the server it is told tells them apart. */
const POLICY = { code: '42501', routine: 'ExecWithCheckOptions' };
/** Their details show the whole row as it would be in the table, with columns that the dataset does not have. */
const SHOWS_THE_ROW = /^(?:23502|23514|44000)$/;

interface DatabaseComplaint {
  readonly code?: string;
  readonly message?: string;
  readonly detail?: string;
  readonly column?: string;
  readonly routine?: string;
}

/** Why a row was refused; undefined when it is no row's fault. */
export function refusalOf(error: unknown): Pick<RejectedRow, 'column' | 'reason'> | undefined {
  if (!(error instanceof DatasetRefusal)) return undefined;
  const complaint = error.cause as DatabaseComplaint;
  const { code, message, detail, column } = complaint;
  if (code === undefined || !isOfARow(complaint)) return undefined;
  const reason = message ?? code;
  const isTold = detail !== undefined && !SHOWS_THE_ROW.test(code);
  return { column: column ?? null, reason: isTold ? `${reason} (${detail})` : reason };
}

function isOfARow({ code = '', routine }: DatabaseComplaint): boolean {
  return OF_A_ROW.test(code) || (code === POLICY.code && routine === POLICY.routine);
}

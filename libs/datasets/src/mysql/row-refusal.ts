import { type RejectedRow } from '../import-plan.js';
import { DatasetRefusal } from '../errors.js';
import { isOfData, type MysqlError } from './mysql-error.js';

const COLUMN = /column '([^']+)'/i;

/** Why a row was refused; undefined when it is no row's fault. */
export function refusalOf(error: unknown): Pick<RejectedRow, 'column' | 'reason'> | undefined {
  if (!(error instanceof DatasetRefusal)) return undefined;
  const { sqlMessage, message, ...about } = error.cause as MysqlError;
  if (!isOfData(about)) return undefined;
  const reason = sqlMessage ?? message;
  return { column: COLUMN.exec(reason)?.[1] ?? null, reason };
}

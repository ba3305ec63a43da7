import { type PageRequest, readPageRequest } from '../http/page.js';
import { QueryReader } from '../http/query.js';
import { type LogLine, type LogPosition } from '../ledger/telling-store.js';

/** A log line as users see it: the handler's own fields stand beside ours, which they cannot replace. */
export type ShownLogLine = Readonly<Record<string, unknown>> & Pick<LogLine, 'at' | 'attempt' | 'level' | 'message'>;

const POSITION = /^(\d{1,9}) (\d{1,9})$/;

/** Reads the query of `GET /v1/jobs/:id/logs`. */
export function readLogQuery(parameters: unknown): PageRequest<LogPosition> {
  const query = new QueryReader(parameters);
  const page = readPageRequest(query, readPosition);
  query.done();
  return page;
}

/** Where a line stands in the log, as text. */
export function logPositionOf({ run, seq }: LogPosition): string {
  return `${run} ${seq}`;
}

export function shownLogLine({ at, attempt, level, message, fields }: LogLine): ShownLogLine {
  return { ...fields, at, attempt, level, message };
}

function readPosition(text: string): LogPosition | undefined {
  const [, run, seq] = POSITION.exec(text) ?? [];
  return run === undefined || seq === undefined ? undefined : { run: Number(run), seq: Number(seq) };
}

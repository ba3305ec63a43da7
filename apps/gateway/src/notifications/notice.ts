import { v7 as uuidv7 } from 'uuid';
import { isRecord } from '#libs/contracts';
import { type FieldError } from '../http/problem.js';
import { type RequestCheck } from '../jobs/request-check.js';
import { type FollowUp } from '../ledger/follow-up.js';

const SEND = 'email.send';
/** No user can write it: what follows under this name is the gateway's own. */
const NOTICE = 'notice';

/** Whom a job's end is told by mail. */
export interface Notify {
  readonly email: string;
}

/**
 * What follows from the end of a job that somebody is to be told of. Its mail is written when that has come, with links that
 * hold from then on.
 * @param position behind what the request says itself
 */
export function noticeOf(notify: Notify, position: number, traceparent: string | null): FollowUp {
  return {
    id: uuidv7(),
    position,
    on: 'final',
    spawned: false,
    task: SEND,
    request: { [NOTICE]: notify },
    traceparent,
  };
}

/** Refuses to tell of a job's end where no app sends mails. */
export async function checkNotify(check: Pick<RequestCheck, 'taskOf'>, errors: FieldError[]): Promise<void> {
  if ((await check.taskOf(SEND, [])) !== undefined) return;
  errors.push({ path: 'notify', message: `needs the task ${SEND}, which no app has announced` });
}

/** Whom the follow-up with this request tells of the job's end; undefined when it is one of a user. */
export function noticeIn(request: Readonly<Record<string, unknown>>): Notify | undefined {
  const notice = request[NOTICE];
  return isRecord(notice) && typeof notice['email'] === 'string' ? { email: notice['email'] } : undefined;
}

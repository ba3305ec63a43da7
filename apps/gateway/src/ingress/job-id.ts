import { NIL, v5 as uuidv5, validate } from 'uuid';
import { uuidv7 } from 'uuidv7';

/** Names of messages live in this namespace; it never changes, or a message sent again would become a second job. */
const NAMESPACE = '5e0b8a3c-7d52-4c1e-9f64-1f2f4f0f6a11';

/**
 * The id of a job that came as a message: a UUID stays what it is; another text gives the same id whenever the same
 * tenant sends it; without one an id is made, and a message delivered twice may then make two jobs. The UUID of zeros is
 * no job's.
 */
export function jobIdOf(tenant: string, messageId: string | undefined): string {
  if (messageId === undefined || messageId === '') return uuidv7();
  return validate(messageId) && messageId !== NIL
    ? messageId.toLowerCase()
    : uuidv5(`${tenant}\n${messageId}`, NAMESPACE);
}

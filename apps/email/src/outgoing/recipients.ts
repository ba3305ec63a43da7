import { isRecord } from '#libs/contracts';
import { isMailbox, MAILBOX_FORM } from './strict-mailbox.js';

/** A mailbox with the name that mail programs show beside it. */
export interface NamedMailbox {
  readonly name: string;
  readonly address: string;
}

/** One mailbox, alone or with a name. */
export type Recipient = string | NamedMailbox;

/** Whom a mail goes to, each in one of the lists. */
export interface Addressed {
  readonly to: readonly Recipient[];
  readonly cc?: readonly Recipient[] | undefined;
  /** They get the mail, and nobody sees that they do. */
  readonly bcc?: readonly Recipient[] | undefined;
}

/** A name is one line: a second one would be a second header. */
export const NAME_PATTERN = '^\\P{Cc}{1,200}$';

const NAME = new RegExp(NAME_PATTERN, 'u');

/** Says what a recipient is to somebody who gave another value. */
export const RECIPIENT_FORM = `${MAILBOX_FORM}; or { "name", "address" } of such a mailbox`;

/** True for a strict mailbox, and for one with a name and nothing else beside it. */
export function isRecipient(value: unknown): value is Recipient {
  if (!isRecord(value)) return isMailbox(value);
  const { name, address, ...others } = value;
  return typeof name === 'string' && NAME.test(name) && isMailbox(address) && Object.keys(others).length === 0;
}

/** The mailbox alone. */
export function mailboxOf(recipient: Recipient): string {
  return typeof recipient === 'string' ? recipient : recipient.address;
}

/** All mailboxes that a mail goes to. */
export function mailboxesOf({ to, cc = [], bcc = [] }: Addressed): readonly string[] {
  return [...to, ...cc, ...bcc].map(mailboxOf);
}

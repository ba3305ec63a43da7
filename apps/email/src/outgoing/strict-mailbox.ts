import { applyDecorators } from '@nestjs/common';
import { Matches, MaxLength } from 'class-validator';
import { LONGEST_MAILBOX, MAILBOX_PATTERN } from '#libs/contracts';

const MAILBOX = new RegExp(`^${MAILBOX_PATTERN}$`);

/** Says what a mailbox is to somebody who gave another text. */
export const MAILBOX_FORM = 'one mailbox, name@example.org, without a name, brackets, quotes or a second address';

/** True for a mailbox with nothing beside it. */
export function isMailbox(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_MAILBOX && MAILBOX.test(value);
}

/** A payload field with one mailbox. */
export function IsMailbox(): PropertyDecorator {
  return applyDecorators(
    MaxLength(LONGEST_MAILBOX),
    Matches(MAILBOX, { message: `$property must be ${MAILBOX_FORM}` }),
  );
}

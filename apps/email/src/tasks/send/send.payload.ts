import { IsOptional, IsString, Matches, MaxLength, MinLength, ValidateBy, ValidateIf } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Describe, FieldSchema } from '#libs/consumer';
import { LONGEST_MAILBOX, MAILBOX_PATTERN } from '#libs/contracts';
import { IsMailbox, MAILBOX, MAILBOX_FORM } from '../../outgoing/strict-mailbox.js';

const MOST_RECIPIENTS = 50;
/** The longest line of a mail without its end (RFC 5322). */
const LONGEST_SUBJECT = 998;

const ONE_MAILBOX = { type: 'string', maxLength: LONGEST_MAILBOX, pattern: `^${MAILBOX_PATTERN}$` } as const;

/** The payload of `email.send`. */
@JSONSchema({ anyOf: [{ required: ['text'] }, { required: ['html'] }] })
export class SendPayload {
  @Describe('One mailbox, name@example.org, or a list of up to 50, who all see each other')
  @FieldSchema({
    anyOf: [
      ONE_MAILBOX,
      { type: 'array', items: ONE_MAILBOX, minItems: 1, maxItems: MOST_RECIPIENTS, uniqueItems: true },
    ],
  })
  @ValidateBy({
    name: 'mailboxes',
    validator: {
      validate: areMailboxes,
      defaultMessage: () => `to must be ${MAILBOX_FORM}; or a list of 1 to ${MOST_RECIPIENTS} different ones`,
    },
  })
  to!: string | string[];

  @IsString()
  @MinLength(1)
  @MaxLength(LONGEST_SUBJECT)
  @Matches(/^\P{Cc}*$/u, { message: 'subject must be one line without control characters' })
  subject!: string;

  @Describe('The mail as plain text; with html, for those who do not show that')
  @ValidateIf(({ html, text }: SendPayload) => html === undefined || text !== undefined)
  @IsString({ message: 'a mail needs text, html or both' })
  @MinLength(1)
  text?: string;

  @Describe('The mail as HTML')
  @IsOptional()
  @IsString()
  @MinLength(1)
  html?: string;

  @Describe('The mailbox that answers go to')
  @IsOptional()
  @IsString()
  @IsMailbox()
  replyTo?: string;
}

function areMailboxes(value: unknown): boolean {
  if (!Array.isArray(value)) return isMailbox(value);
  const fits = value.length >= 1 && value.length <= MOST_RECIPIENTS && new Set(value).size === value.length;
  return fits && value.every(isMailbox);
}

function isMailbox(value: unknown): boolean {
  return typeof value === 'string' && value.length <= LONGEST_MAILBOX && MAILBOX.test(value);
}

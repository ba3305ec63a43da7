import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  type ValidationArguments,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Describe, FieldSchema } from '#libs/consumer';
import { LONGEST_MAILBOX, MAILBOX_PATTERN } from '#libs/contracts';
import { isRecipient, mailboxOf, NAME_PATTERN, type Recipient, RECIPIENT_FORM } from '../../outgoing/recipients.js';
import { isMailbox, IsMailbox } from '../../outgoing/strict-mailbox.js';
import { LONGEST_SUBJECT, ONE_LINE } from '../../outgoing/subject.js';
import { AttachmentPayload } from './attachment.payload.js';

const MOST_RECIPIENTS = 50;
const MOST_ATTACHMENTS = 20;

const ONE_MAILBOX = { type: 'string', maxLength: LONGEST_MAILBOX, pattern: `^${MAILBOX_PATTERN}$` } as const;

const NAME = { type: 'string', pattern: NAME_PATTERN, description: 'one line of up to 200 characters' } as const;

const NAMED_MAILBOX = {
  ...{ type: 'object', required: ['name', 'address'], additionalProperties: false },
  properties: { name: NAME, address: ONE_MAILBOX },
} as const;

const RECIPIENT = { anyOf: [ONE_MAILBOX, NAMED_MAILBOX], description: RECIPIENT_FORM } as const;

const RECIPIENTS = { type: 'array', items: RECIPIENT, maxItems: MOST_RECIPIENTS, uniqueItems: true } as const;

const WHAT_IT_SAYS: Readonly<Record<string, unknown>> = {
  if: { required: ['template'] },
  then: { properties: { text: false, html: false } },
  else: {
    ...{ required: ['subject'], properties: { data: false } },
    ...{ anyOf: [{ required: ['text'] }, { required: ['html'] }], description: 'a mail with a template, text or html' },
  },
  allOf: [
    {
      if: { properties: { campaign: { const: true } }, required: ['campaign'] },
      then: { properties: { to: ONE_MAILBOX, cc: false, bcc: false } },
    },
  ],
};

/** The payload of `email.send`. */
@JSONSchema(WHAT_IT_SAYS)
export class SendPayload {
  @Describe(
    'One mailbox, the address alone as in name@example.org or { "name", "address" }, or a list of up to 50, who all see each other',
  )
  @FieldSchema({ anyOf: [ONE_MAILBOX, NAMED_MAILBOX, { ...RECIPIENTS, minItems: 1 }] })
  @ValidateBy({
    name: 'to',
    validator: {
      validate: (value: unknown) => isRecipient(value) || (areRecipients(value) && value.length > 0),
      defaultMessage: () => `to must be ${RECIPIENT_FORM}; or a list of them`,
    },
  })
  @ValidateBy(together(`to, cc and bcc must be up to ${MOST_RECIPIENTS} different mailboxes`, areDifferent))
  to!: Recipient | Recipient[];

  @Describe('Further mailboxes that everybody sees')
  @FieldSchema(RECIPIENTS)
  @IsOptional()
  @AreRecipients()
  cc?: Recipient[];

  @Describe('Further mailboxes that nobody sees; to, cc and bcc are up to 50 together')
  @FieldSchema(RECIPIENTS)
  @IsOptional()
  @AreRecipients()
  bcc?: Recipient[];

  @Describe("The subject: one line without control characters; without it, the template's own")
  @ValidateIf(({ template, subject }: SendPayload) => template === undefined || subject !== undefined)
  @IsString()
  @MinLength(1)
  @MaxLength(LONGEST_SUBJECT)
  @Matches(ONE_LINE, { message: 'subject must be one line without control characters' })
  subject?: string;

  @Describe('What the mail is made of, instead of text and html')
  @IsOptional()
  @IsString()
  @MinLength(1)
  template?: string;

  @Describe("What stands in the template's places")
  @IsOptional()
  @IsObject()
  @ValidateBy(together('data goes with a template', ({ template }) => template !== undefined))
  data?: Record<string, unknown>;

  @Describe('The mail as plain text; with html, for those who do not show that')
  @FieldSchema({ contentMediaType: 'text/plain' })
  @ValidateIf(({ template, html, text }: SendPayload) => text !== undefined || (html ?? template) === undefined)
  @IsString({ message: 'a mail needs a template, text, html or both' })
  @MinLength(1)
  @ValidateBy(together('text does not go with a template', ({ template }) => template === undefined))
  text?: string;

  @Describe('The mail as HTML')
  @FieldSchema({ contentMediaType: 'text/html' })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @ValidateBy(together('html does not go with a template', ({ template }) => template === undefined))
  html?: string;

  @Describe('Stored files that go with the mail: up to 20, and 15 MiB together')
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_ATTACHMENTS)
  @ValidateNested({ each: true })
  @Type(() => AttachmentPayload)
  attachments?: AttachmentPayload[];

  @Describe('The mailbox that answers go to: the address alone, as in name@example.org')
  @IsOptional()
  @IsString()
  @IsMailbox()
  replyTo?: string;

  @Describe(
    'True for a mail of a campaign, as email.send-bulk makes them: to one mailbox, at most once, not to those who have ' +
      'unsubscribed, and with a link to unsubscribe',
  )
  @IsOptional()
  @IsBoolean()
  @ValidateBy(together('campaign goes with one mailbox without a name, and neither with cc nor bcc', isOneToOne))
  campaign?: boolean;
}

function areRecipients(value: unknown): value is readonly Recipient[] {
  return Array.isArray(value) && value.every(isRecipient);
}

/** In all lists together. Of what is no mailbox another check tells. */
function areDifferent({ to, cc = [], bcc = [] }: SendPayload): boolean {
  const mailboxes = [to, cc, bcc].flat().filter(isRecipient).map(mailboxOf);
  return mailboxes.length <= MOST_RECIPIENTS && new Set(mailboxes).size === mailboxes.length;
}

function isOneToOne({ campaign, to, cc, bcc }: SendPayload): boolean {
  return campaign !== true || (isMailbox(to) && (cc ?? bcc) === undefined);
}

function AreRecipients(): PropertyDecorator {
  const message = `$property must be a list, each item ${RECIPIENT_FORM}`;
  return ValidateBy({ name: 'recipients', validator: { validate: areRecipients, defaultMessage: () => message } });
}

function together(message: string, fits: (payload: SendPayload) => boolean): Parameters<typeof ValidateBy>[0] {
  return {
    name: 'together',
    validator: {
      validate: (_value: unknown, about?: ValidationArguments) =>
        about === undefined || fits(about.object as SendPayload),
      defaultMessage: () => message,
    },
  };
}

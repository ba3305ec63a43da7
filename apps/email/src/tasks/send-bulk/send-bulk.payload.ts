import { Type } from 'class-transformer';
import {
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  type ValidationArguments,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Describe, FieldSchema, FileInput } from '#libs/consumer';
import { isRecord } from '#libs/contracts';
import { IsMailbox } from '../../outgoing/strict-mailbox.js';
import { LONGEST_SUBJECT, ONE_LINE } from '../../outgoing/subject.js';

const MOST_RECIPIENTS = 10_000;
/** Longer than any mailbox: a recipient that is none is listed, not refused. */
const LONGEST_RECIPIENT = 1_000;
const MOST_PARTS = 10_000;

const RECIPIENT = {
  type: 'object',
  required: ['to'],
  properties: { to: { type: 'string', maxLength: LONGEST_RECIPIENT }, data: { type: 'object' } },
  additionalProperties: false,
} as const;

/** Whom a campaign goes to, as one entry of the payload. */
export interface RecipientEntry {
  readonly to: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Which share of a long file a job sends to. */
export class PartPayload {
  @IsInt()
  @Min(0)
  number!: number;

  @IsInt()
  @Min(2)
  @Max(MOST_PARTS)
  of!: number;
}

/** The payload of `email.send-bulk`. */
@JSONSchema({
  oneOf: [{ required: ['recipients'] }, { required: ['recipientsFile'] }],
  description: 'a campaign with recipients or recipientsFile',
})
export class SendBulkPayload {
  @Describe('What every mail is made of')
  @IsString()
  @MinLength(1)
  template!: string;

  @Describe("The subject of every mail: one line without control characters; without it, the template's own")
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(LONGEST_SUBJECT)
  @Matches(ONE_LINE, { message: 'subject must be one line without control characters' })
  subject?: string;

  @Describe("What stands in the template's places in every mail; a recipient's own data comes before it")
  @IsOptional()
  @IsObject()
  data?: Record<string, unknown>;

  @Describe('Up to 10,000 recipients, each with data of its own; one that is no mailbox is listed in the result')
  @FieldSchema({ type: 'array', items: RECIPIENT, minItems: 1, maxItems: MOST_RECIPIENTS })
  @ValidateIf(
    ({ recipients, recipientsFile }: SendBulkPayload) =>
      (recipients ?? recipientsFile) === undefined || recipients !== undefined,
  )
  @ValidateBy({
    name: 'recipients',
    validator: {
      validate: (value: unknown, about?: ValidationArguments) =>
        areRecipients(value) && (about?.object as SendBulkPayload | undefined)?.recipientsFile === undefined,
      defaultMessage: () => `give recipientsFile, or recipients: 1 to ${MOST_RECIPIENTS} of { "to", "data" }`,
    },
  })
  recipients?: RecipientEntry[];

  @Describe('A CSV file of any length: its column to (or email) has the mailboxes, every other column is data')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => FileInput)
  recipientsFile?: FileInput;

  @Describe('The mailbox that answers go to: the address alone, as in name@example.org')
  @IsOptional()
  @IsString()
  @IsMailbox()
  replyTo?: string;

  @Describe('Set by a job that shares a long file among others: recipientsFile is then what it has made for this one')
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PartPayload)
  part?: PartPayload;
}

function areRecipients(value: unknown): boolean {
  return Array.isArray(value) && value.length >= 1 && value.length <= MOST_RECIPIENTS && value.every(isRecipient);
}

function isRecipient(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { to, data = {}, ...others } = value;
  const fits = typeof to === 'string' && to.length <= LONGEST_RECIPIENT && isRecord(data);
  return fits && Object.keys(others).length === 0;
}

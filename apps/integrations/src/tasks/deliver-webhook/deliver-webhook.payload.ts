import { IsISO8601, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { Describe, FieldSchema } from '#libs/consumer';

const LONGEST_URL = 2_048;
const LONGEST_EVENT = 200;

/** The payload of `integrations.deliver-webhook`. */
export class DeliverWebhookPayload {
  @Describe('Where the webhook goes: an http or https URL')
  @IsString()
  @MaxLength(LONGEST_URL)
  @Matches(/^https?:\/\//, { message: 'url must be an http or https URL' })
  url!: string;

  @Describe('What has happened, such as order.shipped: the type in the body')
  @IsString()
  @MaxLength(LONGEST_EVENT)
  @Matches(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/, { message: 'event must be words joined by dots' })
  event!: string;

  @Describe('What there is to know of it: the data in the body')
  @FieldSchema({ type: ['object', 'array', 'string', 'number', 'boolean', 'null'] })
  @IsOptional()
  data?: unknown;

  @Describe('The webhook endpoint whose secret signs; without it the secret of the tenant does')
  @IsOptional()
  @IsUUID()
  endpoint?: string;

  @Describe('The webhook-id, by which receivers tell one that comes again; without it the id of the job')
  @IsOptional()
  @IsUUID()
  messageId?: string;

  @Describe('When it has happened: the timestamp in the body; without it when the job was due')
  @IsOptional()
  @IsISO8601()
  timestamp?: string;
}

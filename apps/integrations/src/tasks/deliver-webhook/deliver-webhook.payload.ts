import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
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
}

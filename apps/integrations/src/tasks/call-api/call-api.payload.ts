import { Type } from 'class-transformer';
import { IsIn, IsObject, IsOptional, IsString, Matches, MaxLength, ValidateNested } from 'class-validator';
import { Describe, FieldSchema } from '#libs/consumer';
import { HEADERS_SCHEMA } from './header-rules.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const LONGEST_URL = 4_096;
const LONGEST_NAME = 100;
const STATUS = { type: 'integer', minimum: 200, maximum: 599 } as const;

/** What an answer has to be for the job to complete. */
export class ExpectationPayload {
  @Describe('A status, or several; 200 to 299 without it')
  @FieldSchema({ anyOf: [STATUS, { type: 'array', items: STATUS, minItems: 1, maxItems: 50 }] })
  @IsOptional()
  status?: number | number[];

  @Describe('JSON that the answer has to contain: of objects these fields, everything else as it is')
  @FieldSchema({ type: ['object', 'array', 'string', 'number', 'boolean', 'null'] })
  @IsOptional()
  json?: unknown;
}

/** The payload of `integrations.call-api`. */
export class CallApiPayload {
  @Describe("A connection's name in the file of the operator")
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_NAME)
  connection?: string;

  @FieldSchema({ default: 'GET' })
  @IsOptional()
  @IsIn(METHODS)
  method?: (typeof METHODS)[number];

  @Describe('An http or https URL; with a connection also a path behind its base URL')
  @IsString()
  @MaxLength(LONGEST_URL)
  @Matches(/^(?:https?:\/\/|\/)/, {
    message: 'url must be an http or https URL, or a path behind that of a connection',
  })
  url!: string;

  @Describe('Sent with the call; credentials are the business of connections')
  @FieldSchema(HEADERS_SCHEMA)
  @IsOptional()
  @IsObject()
  headers?: Record<string, string>;

  @Describe('Added to the query of the URL')
  @FieldSchema({
    type: 'object',
    maxProperties: 100,
    additionalProperties: { type: ['string', 'number', 'boolean'], maxLength: LONGEST_URL },
  })
  @IsOptional()
  @IsObject()
  query?: Record<string, string | number | boolean>;

  @Describe('JSON; a text, sent as it is; or a stored file, by its reference or { "key" }, streamed')
  @FieldSchema({ type: ['object', 'array', 'string', 'number', 'boolean', 'null'] })
  @IsOptional()
  body?: unknown;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ExpectationPayload)
  expect?: ExpectationPayload;
}

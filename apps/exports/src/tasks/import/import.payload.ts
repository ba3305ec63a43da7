import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Describe, FieldSchema, FileInput } from '#libs/consumer';

const MOST_ROWS = 1_000;
const MOST_REJECTED = 1_000_000;
const LONGEST_NAME = 100;
/** A number beyond may have been another one before it was read. */
const EXACT = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER } as const;
const MODES = ['insert', 'upsert'] as const;

/** The payload of `exports.import`. */
@JSONSchema({ oneOf: [{ required: ['source'] }, { required: ['rows'] }] })
export class ImportPayload {
  @Describe("A dataset's name in the catalogue of the operator")
  @IsString()
  @MaxLength(LONGEST_NAME)
  dataset!: string;

  @Describe('A stored CSV with titles in its first line, or NDJSON')
  @ValidateIf(({ source, rows }: ImportPayload) => rows === undefined || source !== undefined)
  @IsObject()
  @ValidateNested()
  @Type(() => FileInput)
  source?: FileInput;

  @Describe(
    'In place of a source: objects with the names of columns. Numbers of more than 15 digits are given as texts',
  )
  @FieldSchema({ items: { type: 'object', additionalProperties: EXACT } })
  @ValidateIf(({ source, rows }: ImportPayload) => source === undefined || rows !== undefined)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_ROWS)
  @IsObject({ each: true })
  rows?: object[];

  @Describe('insert rejects rows whose key is there; upsert changes them')
  @FieldSchema({ default: 'insert' })
  @IsOptional()
  @IsIn(MODES)
  mode?: (typeof MODES)[number];

  @Describe('Checks every row in the database and writes none')
  @FieldSchema({ default: false })
  @IsOptional()
  @IsBoolean()
  dryRun?: boolean;

  @Describe('More rejected rows than these end the job; rows before them stay written')
  @FieldSchema({ default: 10_000 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MOST_REJECTED)
  maxRejected?: number;
}

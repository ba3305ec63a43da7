import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  Min,
} from 'class-validator';
import { Describe, FieldSchema } from '#libs/consumer';
import { FORMATS, type FormatName } from '../../formats/file-kinds.js';
import { type Packing } from '../../formats/packed.js';

const DELIMITERS = [',', ';', '\t', '|'] as const;
const PACKINGS = ['gzip', 'zip'] as const satisfies readonly Packing[];
const MOST_COLUMNS = 1_000;
const LONGEST_NAME = 100;

/** The payload of `exports.create`. */
export class CreatePayload {
  @Describe("A dataset's name in the catalogue of the operator")
  @IsString()
  @MaxLength(LONGEST_NAME)
  dataset!: string;

  @IsIn(FORMATS)
  format!: FormatName;

  @Describe("Values for the dataset's parameters, by their names")
  @IsOptional()
  @IsObject()
  params?: Record<string, unknown>;

  @Describe('The columns of the file in their order, by their names in the dataset; all of them without it')
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_COLUMNS)
  @ArrayUnique()
  @IsString({ each: true })
  columns?: string[];

  @Describe('Other titles for columns, by their names')
  @FieldSchema({ additionalProperties: { type: 'string' } })
  @IsOptional()
  @IsObject()
  titles?: Record<string, string>;

  @Describe('How numbers and dates are written, as a language tag such as de-DE; without it CSV has forms for programs')
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_NAME)
  locale?: string;

  @Describe('The time zone that moments are shown in, such as Europe/Berlin')
  @FieldSchema({ default: 'UTC' })
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_NAME)
  timezone?: string;

  @Describe('Of CSV')
  @FieldSchema({ default: ',' })
  @IsOptional()
  @IsIn(DELIMITERS)
  delimiter?: (typeof DELIMITERS)[number];

  @Describe('Of CSV: a byte order mark, by which Excel knows UTF-8')
  @FieldSchema({ default: false })
  @IsOptional()
  @IsBoolean()
  bom?: boolean;

  @Describe('Of CSV: a first line with the titles')
  @FieldSchema({ default: true })
  @IsOptional()
  @IsBoolean()
  header?: boolean;

  @IsOptional()
  @IsIn(PACKINGS)
  compress?: Packing;

  @Describe('Ends the file after so many rows')
  @IsOptional()
  @IsInt()
  @Min(1)
  maxRows?: number;

  @Describe("The file's name without its ending; the dataset's without it")
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_NAME)
  @Matches(/^[^/\\\p{Cc}]+$/u, { message: 'filename must have no slashes and no control characters' })
  filename?: string;
}

import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { Describe, FieldSchema } from '#libs/consumer';

const LONGEST_URL = 4_096;
const LONGEST_NAME = 100;
const LONGEST_FILENAME = 255;
const LARGEST_FILE = 2_147_483_648;
const MOST_TYPES = 50;
/** What is taken of a file when the job says nothing. */
export const DEFAULT_MAX_BYTES = 104_857_600;

/** The payload of `integrations.fetch-file`. */
export class FetchFilePayload {
  @Describe("A connection's name in the file of the operator")
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_NAME)
  connection?: string;

  @Describe('An http or https URL; with a connection also a path behind its base URL')
  @IsString()
  @MaxLength(LONGEST_URL)
  @Matches(/^(?:https?:\/\/|\/)/, {
    message: 'url must be an http or https URL, or a path behind that of a connection',
  })
  url!: string;

  @Describe('The most bytes that are taken')
  @FieldSchema({ default: DEFAULT_MAX_BYTES })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LARGEST_FILE)
  maxBytes?: number;

  @Describe('What the host may say that the file is: application/pdf, or image/* for all of a kind')
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_TYPES)
  @IsString({ each: true })
  @Matches(/^[a-z0-9!#$&^_.+-]{1,127}\/(?:\*|[a-z0-9!#$&^_.+-]{1,127})$/, {
    each: true,
    message: 'contentTypes must be types in lower case, such as application/pdf or image/*',
  })
  contentTypes?: string[];

  @Describe('The SHA-256 that the file has to have, in hexadecimal')
  @IsOptional()
  @Matches(/^[0-9a-f]{64}$/, { message: 'sha256 must be 64 digits of 0-9 and a-f' })
  sha256?: string;

  @Describe('The name of the stored file; without it that of the answer or of the URL')
  @IsOptional()
  @IsString()
  @MaxLength(LONGEST_FILENAME)
  filename?: string;
}

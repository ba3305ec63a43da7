import { Type } from 'class-transformer';
import { IsObject, IsOptional, IsString, Matches, MaxLength, MinLength, ValidateNested } from 'class-validator';
import { Describe, FileInput } from '#libs/consumer';

const LONGEST_FILENAME = 255;

/** A stored file that goes with a mail. */
export class AttachmentPayload {
  @Describe('An uploaded file or one that a job made: its reference, or { "key" }')
  @IsObject()
  @ValidateNested()
  @Type(() => FileInput)
  file!: FileInput;

  @Describe('Its name for the recipient: one line without slashes; without it, the name that it was uploaded with')
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(LONGEST_FILENAME)
  @Matches(/^[^\p{Cc}/\\]*$/u, { message: 'filename must be one line without slashes' })
  filename?: string;

  @Describe(
    'Shows the file where the HTML has <img src="cid:…"> with this name, rather than attach it: letters, digits, dots, hyphens, underscores',
  )
  @IsOptional()
  @IsString()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { message: 'cid must be letters, digits, dots, hyphens, underscores' })
  cid?: string;
}

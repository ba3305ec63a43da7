import { applyDecorators } from '@nestjs/common';
import { IsInt, IsOptional, IsString, Matches, MaxLength, Min } from 'class-validator';
import { Describe } from './field-notes.js';

/** A text that is the key of a stored file. */
export function IsFileKey(): PropertyDecorator {
  return applyDecorators(
    IsString(),
    MaxLength(1024),
    Matches(/^[a-z0-9-]+\/[A-Za-z0-9._/-]+$/, {
      message: '$property must be the key of a stored file, <tenant>/<id>',
    }),
  );
}

/** A stored file in a payload: the whole reference that an upload answered with, or its `{ key }` alone. */
export class FileInput {
  @Describe("The file's key, as the upload answered it")
  @IsFileKey()
  key!: string;

  @IsOptional()
  @IsString()
  @MaxLength(1024)
  filename?: string;

  @IsOptional()
  @IsString()
  @MaxLength(255)
  contentType?: string;

  @IsOptional()
  @IsInt()
  @Min(0)
  size?: number;

  @IsOptional()
  @IsString()
  @MaxLength(64)
  sha256?: string;

  @Describe('Ignored: the file is found by its key')
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  url?: string;
}

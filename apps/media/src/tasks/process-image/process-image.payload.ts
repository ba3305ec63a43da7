import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsObject, ValidateNested } from 'class-validator';
import { Describe, FileInput } from '#libs/consumer';
import { VariantPayload } from './variant.payload.js';

/** The payload of `media.process-image`. */
export class ProcessImagePayload {
  @Describe(
    'An uploaded JPEG, PNG, WebP, GIF or AVIF of at most 100 MiB and 50 megapixels: its reference, or { "key" }. ' +
      'Sources by URL are not supported yet. Of an animated picture the first frame is used',
  )
  @IsObject({
    message:
      'source must be a file reference or { "key": "…" } of a file uploaded to POST /v1/files; sources by URL are not supported yet',
  })
  @ValidateNested()
  @Type(() => FileInput)
  source!: FileInput;

  @Describe('1 to 50 pictures to be made, under names of their own')
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ArrayUnique((variant: VariantPayload) => variant.name, { message: 'every variant must have a name of its own' })
  @ValidateNested({ each: true })
  @Type(() => VariantPayload)
  variants!: VariantPayload[];
}

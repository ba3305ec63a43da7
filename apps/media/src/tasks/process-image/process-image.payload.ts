import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, ValidateNested } from 'class-validator';
import { Describe } from '#libs/consumer';
import { IsSource, type SourceInput } from '../../sources/source-input.js';
import { VariantPayload } from './variant.payload.js';

/** The payload of `media.process-image`. */
export class ProcessImagePayload {
  @Describe(
    'A JPEG, PNG, WebP, GIF or AVIF of at most 100 MiB and 50 megapixels: an uploaded one by its reference or { "key" }, ' +
      'or the URL of one. Of an animated picture the first frame is used',
  )
  @IsSource()
  source!: SourceInput;

  @Describe('1 to 50 pictures to be made, under names of their own')
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ArrayUnique((variant: VariantPayload) => variant.name, { message: 'every variant must have a name of its own' })
  @ValidateNested({ each: true })
  @Type(() => VariantPayload)
  variants!: VariantPayload[];
}

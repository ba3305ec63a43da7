import { Type } from 'class-transformer';
import {
  IsIn,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Describe, FieldSchema, FileInput } from '#libs/consumer';
import { InPlaceOf } from '../sources/in-place-of.js';
import { type Position, POSITIONS } from './watermark-request.js';

/** What is laid over a variant: a text or an image. */
@JSONSchema({
  description: 'a watermark with either text or image',
  oneOf: [{ required: ['text'] }, { required: ['image'] }],
})
export class WatermarkPayload {
  @Describe('White with a dark outline, as large as fits into a quarter of the width and an eighth of the height')
  @ValidateIf(({ image, text }: WatermarkPayload) => image === undefined || text !== undefined)
  @IsString({ message: 'a watermark has either text or image: give one of them' })
  @MaxLength(200)
  @Matches(/\S/, { message: 'text must have something to read in it' })
  text?: string;

  @Describe('A stored image of at most 10 MiB, shown at up to a quarter of the width and of the height, never enlarged')
  @IsOptional()
  @InPlaceOf(['text'], 'a watermark has either text or image: give one of them, not both')
  @IsObject({ message: 'image must be a file reference or { "key": "…" } of an uploaded file' })
  @ValidateNested()
  @Type(() => FileInput)
  image?: FileInput;

  @FieldSchema({ default: 'southeast' })
  @IsOptional()
  @IsIn(POSITIONS)
  position?: Position;

  @Describe('From 0, not to be seen, to 1')
  @FieldSchema({ default: 0.5 })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  opacity?: number;
}

import { Type } from 'class-transformer';
import { IsIn, IsInt, IsObject, IsOptional, Matches, Max, Min, ValidateBy, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Describe, FieldSchema } from '#libs/consumer';
import { type Fit, FITS, type Format, FORMATS, MAX_SIDE } from './variant-request.js';
import { WatermarkPayload } from '../../watermark/watermark.payload.js';

const WISHES = ['width', 'height', 'format', 'quality', 'watermark'] as const;

/** One picture to be made of the source. */
@JSONSchema({
  description: `a variant that asks for something: one of ${WISHES.join(', ')}`,
  anyOf: WISHES.map((wish) => ({ required: [wish] })),
})
export class VariantPayload {
  @Describe("Tells the job's variants apart; the file is called <name>.<format>")
  @Matches(/^[a-z0-9-]{1,50}$/, { message: 'name must be 1 to 50 lower-case letters, digits and hyphens' })
  @ValidateBy({
    name: 'asksForSomething',
    validator: {
      validate: (_name, args) => WISHES.some((wish) => (args?.object as VariantPayload)[wish] !== undefined),
      defaultMessage: () => `a variant must ask for something: one of ${WISHES.join(', ')}`,
    },
  })
  name!: string;

  @Describe('Pixels. With width or height alone the other follows, and the picture is never enlarged')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_SIDE)
  width?: number;

  @Describe('Pixels')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_SIDE)
  height?: number;

  @Describe(
    'How width and height together are met. "inside" (fits in) and "outside" (covers) keep the whole picture and never enlarge it. ' +
      'The others give exactly this size: "cover" cuts the edges off, "contain" pads around the picture (transparent, in JPEG white) and never enlarges it, ' +
      '"fill" distorts; "cover" and "fill" enlarge a picture that is too small',
  )
  @FieldSchema({ default: 'inside' })
  @IsOptional()
  @IsIn(FITS)
  fit?: Fit;

  @Describe(
    "The source's own when not given, JPEG for a GIF. A JPEG's transparent parts become white. An AVIF may have about 20 megapixels: more takes too much memory",
  )
  @IsOptional()
  @IsIn(FORMATS)
  format?: Format;

  @Describe('80 when not given, for AVIF 50; PNG is free of loss whatever it says')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  quality?: number;

  @IsOptional()
  @IsObject({ message: 'watermark must be an object with text or image' })
  @ValidateNested()
  @Type(() => WatermarkPayload)
  watermark?: WatermarkPayload;
}

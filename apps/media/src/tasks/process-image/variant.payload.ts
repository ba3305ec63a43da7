import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Describe, FieldSchema } from '#libs/consumer';
import { InPlaceOf } from '../../sources/in-place-of.js';
import { type Crop, CROPS, type Fit, FITS, type Format, FORMATS, MAX_SIDE } from './variant-request.js';
import { WatermarkPayload } from '../../watermark/watermark.payload.js';

const WISHES = ['width', 'height', 'srcset', 'format', 'quality', 'blur', 'rounded', 'watermark'] as const;
const SIDES = ['width', 'height'] as const;
const MAX_BLUR = 100;

/** One picture to be made of the source. */
@JSONSchema({
  description: `a variant that asks for something: one of ${WISHES.join(', ')}`,
  anyOf: WISHES.map((wish) => ({ required: [wish] })),
  allOf: SIDES.map((side) => ({ not: { required: ['srcset', side] } })),
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
    'Which part of the picture "cover" keeps: a side or corner, "attention" (what a viewer looks at first) or "entropy" (where most is ' +
      'going on); of an animation these two are "center"',
  )
  @FieldSchema({ default: 'center' })
  @IsOptional()
  @IsIn(CROPS)
  crop?: Crop;

  @Describe('In place of width: a picture of each of these widths, called <name>-<width>')
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  @ArrayUnique()
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(MAX_SIDE, { each: true })
  @InPlaceOf(SIDES, 'srcset stands in place of width and height: give none of them')
  srcset?: number[];

  @Describe('Sigma of a Gaussian blur, in pixels of the variant')
  @IsOptional()
  @IsNumber()
  @Min(0.3)
  @Max(MAX_BLUR)
  blur?: number;

  @Describe('Radius of the corners in pixels of the variant; half of a side makes it round. Transparent, in JPEG white')
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_SIDE)
  rounded?: number;

  @Describe(
    "The source's own when not given, JPEG for a GIF that does not move. An animation stays one as GIF and WebP, else its first picture is used. A JPEG's transparent parts become white. An AVIF may have about 20 megapixels: more takes too much memory",
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

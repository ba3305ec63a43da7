import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Describe, FieldSchema, IsFileKey, ShortForm } from '#libs/consumer';
import { InPlaceOf } from '../../sources/in-place-of.js';
import { IsSource, type SourceInput } from '../../sources/source-input.js';
import { WatermarkPayload } from '../../watermark/watermark.payload.js';
import { VIDEO_FORMATS, type VideoFormat } from './video-plan.js';

/** Stands for `true`: the watermark that the operator has set for everyone. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a class is what nested validation tells it by
export class UsualWatermark {}

function asWatermark({ value }: { readonly value: unknown }): unknown {
  if (value === true) return new UsualWatermark();
  if (value === false) return undefined;
  return typeof value === 'string' ? Object.assign(new WatermarkPayload(), { text: value }) : value;
}

/** The payload of `media.process-video`. */
@JSONSchema({
  description: 'a video by either source or id',
  oneOf: [{ required: ['source'] }, { required: ['id'] }],
})
export class ProcessVideoPayload {
  @Describe(
    'An MP4, QuickTime, WebM, Matroska, AVI or MPEG-TS of at most 2 GiB, 4 hours and 36 megapixels: an uploaded one by its ' +
      'reference or { "key" }, or the URL of one',
  )
  @ValidateIf(({ id, source }: ProcessVideoPayload) => id === undefined || source !== undefined)
  @IsSource()
  source?: SourceInput;

  @Describe('In place of source: the key of an uploaded file alone')
  @IsOptional()
  @InPlaceOf(['source'], 'a video is named by either source or id: give one of them')
  @IsFileKey()
  id?: string;

  @Describe('One size or a list of them, each by its shorter side. A smaller video keeps its own: none is enlarged')
  @FieldSchema({ type: ['string', 'array'], if: { type: 'string' }, then: { enum: VIDEO_FORMATS } })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value))
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(VIDEO_FORMATS.length)
  @ArrayUnique()
  @IsIn(VIDEO_FORMATS, { each: true })
  format!: VideoFormat[];

  @Describe('A text; true for the one that the operator has set; or a text or an image with its position and opacity')
  @IsOptional()
  @IsObject({ message: 'watermark must be true, a text, or an object with text or image' })
  @ValidateNested()
  @Type(() => WatermarkPayload)
  @Transform(asWatermark)
  @ShortForm({ type: ['string', 'boolean'], maxLength: 200, pattern: '\\S' })
  watermark?: WatermarkPayload | UsualWatermark;

  @Describe('Whether a frame of the beginning is stored as a JPEG, to be shown before the video is played')
  @FieldSchema({ default: true })
  @IsOptional()
  @IsBoolean()
  poster?: boolean;
}

import { Transform, Type } from 'class-transformer';
import { IsNumber, IsObject, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { Describe, FieldSchema, ShortForm } from '#libs/consumer';
import { IsSource, type SourceInput } from '../../sources/source-input.js';

/** From which score on a picture is flagged, unless the job says otherwise. */
export const USUAL_THRESHOLD = 0.7;

/** How a picture is judged. */
export class ModerationPayload {
  @Describe('The picture is flagged when the scores of porn and hentai together are at least this')
  @FieldSchema({ default: USUAL_THRESHOLD })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  threshold?: number;
}

/** Stands for `false`: the picture is not judged. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a class is what nested validation tells it by
export class NoModeration {}

/** The payload of `media.analyze-image`. */
export class AnalyzeImagePayload {
  @Describe(
    'A JPEG, PNG, WebP, GIF or AVIF of at most 100 MiB and 50 megapixels: an uploaded one by its reference or { "key" }, ' +
      'or the URL of one',
  )
  @IsSource()
  source!: SourceInput;

  @Describe('How the picture is judged by the model for content moderation; false: it is not')
  @IsOptional()
  @IsObject({ message: 'moderation must be a boolean, or an object with a threshold' })
  @ValidateNested()
  @Type(() => ModerationPayload)
  @Transform(({ value }: { value: unknown }) => {
    if (value === false) return new NoModeration();
    return value === true ? new ModerationPayload() : value;
  })
  @ShortForm({ type: ['boolean'] })
  moderation?: ModerationPayload | NoModeration;
}

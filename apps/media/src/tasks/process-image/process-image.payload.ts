import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsObject,
  IsOptional,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Describe } from '#libs/consumer';
import { InPlaceOf } from '../../sources/in-place-of.js';
import { IsSource, type SourceInput } from '../../sources/source-input.js';
import { SpritePayload } from './sprite.payload.js';
import { VariantPayload } from './variant.payload.js';
import { pictureNames } from './variant-requests.js';

/** A result has room for the references of so many files. */
const MAX_PICTURES = 100;
const MAX_VARIANTS = 50;
const KINDS = 'A JPEG, PNG, WebP, GIF or AVIF of at most 100 MiB and 50 megapixels';

function payloadOf(args: { readonly object: object } | undefined): ProcessImagePayload {
  return args?.object as ProcessImagePayload;
}

/** The payload of `media.process-image`. */
@JSONSchema({
  description: 'pictures by either source or sources, with variants, a sprite or both',
  oneOf: [{ required: ['source'] }, { required: ['sources'] }],
  anyOf: [{ required: ['variants'] }, { required: ['sprite'] }],
})
export class ProcessImagePayload {
  @Describe(`${KINDS}: an uploaded one by its reference or { "key" }, or the URL of one`)
  @ValidateIf(({ source, sources }: ProcessImagePayload) => sources === undefined || source !== undefined)
  @IsSource()
  source?: SourceInput;

  @Describe('In place of source: several of them. Every variant is made of each')
  @IsOptional()
  @InPlaceOf(['source'], 'pictures are named by either source or sources: give one of them')
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_PICTURES)
  @IsSource({ each: true })
  sources?: SourceInput[];

  @Describe(
    `1 to ${String(MAX_VARIANTS)} pictures to be made, under names of their own; ${String(MAX_PICTURES)} in all`,
  )
  @ValidateIf(({ variants, sprite }: ProcessImagePayload) => variants !== undefined || sprite === undefined)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_VARIANTS)
  @ValidateBy({
    name: 'ownNames',
    validator: {
      validate: (variants) => !Array.isArray(variants) || hasOwnNames(variants as VariantPayload[]),
      defaultMessage: () => 'every variant must have a name of its own',
    },
  })
  @ValidateBy({
    name: 'fewPictures',
    validator: {
      validate: (variants, args) =>
        !Array.isArray(variants) || pictures(variants as VariantPayload[], payloadOf(args)) <= MAX_PICTURES,
      defaultMessage: () =>
        `sources, variants and widths of srcset may come to ${String(MAX_PICTURES)} pictures in a job`,
    },
  })
  @ValidateNested({ each: true })
  @Type(() => VariantPayload)
  variants?: VariantPayload[];

  @IsOptional()
  @IsObject({ message: 'sprite must be an object with the width and height of a cell' })
  @ValidateNested()
  @Type(() => SpritePayload)
  sprite?: SpritePayload;
}

function hasOwnNames(variants: readonly VariantPayload[]): boolean {
  const names = pictureNames(variants);
  return new Set(names).size === names.length;
}

function pictures(variants: readonly VariantPayload[], { sources = [] }: ProcessImagePayload): number {
  return pictureNames(variants).length * Math.max(1, sources.length);
}

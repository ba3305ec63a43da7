import { applyDecorators } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import { IsObject, IsString, Matches, MaxLength, ValidateNested } from 'class-validator';
import { FileInput, ShortForm } from '#libs/consumer';

const MAX_URL = 4096;
const WEB_URL = /^https?:\/\/\S+$/;
const EXPECTED =
  'must be a file reference, { "key": "…" } of a file uploaded to POST /v1/files, or an http or https URL';

/** A file on the web; a payload has its URL alone. */
export class WebInput {
  @IsString()
  @MaxLength(MAX_URL)
  @Matches(WEB_URL, { message: `a source ${EXPECTED}` })
  url!: string;

  /** The source that a payload names by this text. */
  static of(url: string): WebInput {
    return Object.assign(new WebInput(), { url });
  }
}

/** Where a task takes a file from: the tenant's storage, or the web. */
export type SourceInput = FileInput | WebInput;

/** A field that names a source, or with `each` a list of them: a stored file by its reference or key, or a URL. */
export function IsSource({ each = false }: { readonly each?: boolean } = {}): PropertyDecorator {
  return applyDecorators(
    IsObject({ each, message: `$property ${EXPECTED}` }),
    ValidateNested({ each }),
    Type(() => FileInput),
    Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(fromText) : fromText(value))),
    ShortForm({ type: 'string', maxLength: MAX_URL, pattern: WEB_URL.source }),
  );
}

function fromText(value: unknown): unknown {
  return typeof value === 'string' ? WebInput.of(value) : value;
}

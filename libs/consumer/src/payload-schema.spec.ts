import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type } from 'class-transformer';
import {
  ArrayUnique,
  IsArray,
  IsDateString,
  IsEnum,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Describe, FieldSchema, Secret } from './field-notes.js';
import { payloadSchema } from './payload-schema.js';

enum Fit {
  Cover,
  Contain,
}

class Variant {
  @Min(1)
  @Max(4096)
  @IsInt()
  width!: number;

  @IsOptional()
  @IsIn(['webp', 'png'])
  format?: string;
}

class Source {
  @IsUrl({ require_tld: false })
  url!: string;

  @Secret()
  @Describe('Sent as a bearer token')
  @IsOptional()
  @IsString()
  token?: string;
}

class ProcessImage {
  @ValidateNested()
  @Type(() => Source)
  source!: Source;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Variant)
  variants!: Variant[];
}

class Node {
  @ValidateNested({ each: true })
  @Type(() => Node)
  children!: Node[];
}

describe('the schema of a payload class', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  const errorsOf = (type: new () => object, payload: unknown): string[] => {
    const check = ajv.compile(payloadSchema(type));
    return check(payload) ? [] : (check.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
  };
  const good = { source: { url: 'http://127.0.0.1/a.png' }, variants: [{ width: 100 }] };

  it('takes what the class takes', () => {
    expect(errorsOf(ProcessImage, good)).toEqual([]);
  });

  it('names the path of a wrong nested value', () => {
    expect(errorsOf(ProcessImage, { ...good, variants: [{ width: 0 }] })).toEqual(['/variants/0/width minimum']);
  });

  it('keeps a field an integer wherever its bounds stand', () => {
    expect(errorsOf(ProcessImage, { ...good, variants: [{ width: 1.5 }] })).toEqual(['/variants/0/width type']);
  });

  it('refuses unknown fields at every level', () => {
    const payload = { colour: 'red', source: { ...good.source, via: 'x' }, variants: [{ width: 1, depth: 1 }] };
    expect(errorsOf(ProcessImage, payload).sort()).toEqual([
      ' additionalProperties',
      '/source additionalProperties',
      '/variants/0 additionalProperties',
    ]);
  });

  it('requires what is not optional', () => {
    expect(errorsOf(ProcessImage, { source: {}, variants: [] })).toEqual(['/source required']);
  });

  it('marks secrets and carries descriptions', () => {
    expect(payloadSchema(ProcessImage)).toMatchObject({
      $defs: { Source: { properties: { token: { writeOnly: true, description: 'Sent as a bearer token' } } } },
    });
  });

  it('describes a class that contains itself', () => {
    expect(errorsOf(Node, { children: [{ children: [{}] }] })).toEqual(['/children/0/children/0 required']);
  });

  it('keeps classes of one name apart', () => {
    const other = (): new () => object => {
      class Variant {
        @IsString()
        label!: string;
      }
      return Variant;
    };
    const Other = other();
    class Both {
      @ValidateNested()
      @Type(() => Variant)
      first!: object;

      @ValidateNested()
      @Type(() => Other)
      second!: object;
    }
    expect(errorsOf(Both, { first: { width: 1 }, second: { label: 'x' } })).toEqual([]);
    expect(errorsOf(Both, { first: { label: 'x' }, second: { width: 1 } })).not.toEqual([]);
  });

  it('refuses a nested field without a class', () => {
    class Untyped {
      @ValidateNested()
      inner!: object;
    }
    expect(() => payloadSchema(Untyped)).toThrow('field "inner" of Untyped is nested; say its class by @Type(() => …)');
  });

  it('takes times, numeric enums, patterns with flags and lists that must not be empty as their classes do', () => {
    class Mixed {
      @IsDateString()
      at!: string;

      @IsEnum(Fit)
      fit!: Fit;

      @Matches(/^a+$/i)
      letters!: string;

      @IsNotEmpty()
      @IsArray()
      @FieldSchema({ maxItems: 2 })
      list!: unknown[];
    }
    const payload = { at: '2026-01-01T00:00:00Z', fit: Fit.Contain, letters: 'AA', list: [1] };
    expect(errorsOf(Mixed, payload)).toEqual([]);
    expect(errorsOf(Mixed, { ...payload, fit: 'Cover', list: [1, 2, 3] })).toEqual([
      '/fit type',
      '/fit enum',
      '/list maxItems',
    ]);
  });

  it('says that items are unique only where the class compares them by value', () => {
    class Lists {
      @ArrayUnique((variant: Variant) => variant.width)
      @ValidateNested({ each: true })
      @Type(() => Variant)
      variants!: Variant[];

      @ArrayUnique()
      @IsString({ each: true })
      tags!: string[];

      @ArrayUnique()
      anything!: unknown[];
    }
    expect(errorsOf(Lists, { variants: [{ width: 1 }, { width: 1 }], tags: ['a'], anything: [{}, {}] })).toEqual([]);
    expect(errorsOf(Lists, { variants: [], tags: ['a', 'a'], anything: [] })).toEqual(['/tags uniqueItems']);
  });
});

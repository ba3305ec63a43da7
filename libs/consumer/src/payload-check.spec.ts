import { describe, expect, it } from '@jest/globals';
import { Expose, Type } from 'class-transformer';
import { IsInt, IsOptional, Min, ValidateNested } from 'class-validator';
import { checkPayload } from './payload-check.js';

class Variant {
  @IsInt()
  @Min(1)
  width!: number;
}

class Resize {
  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Variant)
  variants?: Variant[];
}

@Expose()
class Nothing {}

const reasonOf = async (json: unknown): Promise<string | undefined> => {
  const checked = await checkPayload(Resize, json);
  return checked.ok ? undefined : checked.reason;
};

describe('checking a payload', () => {
  it('gives an instance of the class, nested ones included', async () => {
    const checked = await checkPayload(Resize, { variants: [{ width: 5 }] });
    expect(checked.ok && checked.payload).toBeInstanceOf(Resize);
    expect(checked.ok && (checked.payload as Resize).variants?.[0]).toBeInstanceOf(Variant);
  });

  it('names each path that is wrong', async () => {
    const reason = await reasonOf({ variants: [{ width: 0 }], colour: 'red' });
    expect(reason).toContain('payload.variants.0.width: width must not be less than 1');
    expect(reason).toContain('payload.colour: property colour should not exist');
  });

  it('takes an empty payload for a class without fields, and nothing else', async () => {
    expect(await checkPayload(Nothing, {})).toMatchObject({ ok: true });
    expect(await checkPayload(Nothing, { a: 1 })).toMatchObject({ ok: false });
  });

  it.each([
    ['a list', '[]', 'payload must be an object, got a list'],
    ['null', 'null', 'payload must be an object, got null'],
    ['a __proto__ key', '{"variants":[{"__proto__":{"width":1}}]}', 'payload.variants.0.__proto__ is a name'],
    ['a constructor key', '{"constructor":{"prototype":{}}}', 'payload.constructor is a name'],
    ['a prototype key', '{"variants":[{"prototype":1}]}', 'payload.variants.0.prototype is a name'],
    ['deep nesting', `{"variants":${'['.repeat(40)}${']'.repeat(40)}}`, 'is nested deeper than 32 levels'],
    ['too many values', JSON.stringify({ variants: Array(100_001).fill(1) }), 'more than 100000 values'],
  ])('refuses %s', async (_kind, json, sentence) => {
    expect(await reasonOf(JSON.parse(json))).toContain(sentence);
  });

  it('names ten problems and counts the rest', async () => {
    const reason = await reasonOf({ variants: Array(12).fill({ width: 0 }) });
    expect(reason).toMatch(/; and 2 more\.$/);
  });
});

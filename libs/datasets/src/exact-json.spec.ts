import { describe, expect, it } from '@jest/globals';
import { columnText, exactJson, textOfJson } from './exact-json.js';

describe('exactJson', () => {
  it.each([
    '9007199254740993',
    '-12345678901234567890',
    '0.1234567890123456789',
    '1e400',
    '[1,9007199254740993,{"deep":{"price":12345678901234.5678}}]',
    '{"a":1.5,"b":null,"c":true,"d":"9007199254740993"}',
  ])('keeps %s as it is written', (text) => {
    expect(textOfJson(exactJson(text))).toBe(text);
  });

  it('gives what JSON.parse gives where no number is rounded, also beside one that is', () => {
    const value = { n: 1.5, list: [1, '2'], none: null };
    expect(exactJson(JSON.stringify(value))).toEqual(value);
    expect(exactJson('{"id":9007199254740993,"n":1.50,"n":2}')).toMatchObject({ n: 2 });
  });

  it.each(['{', '[9007199254740993', '"\u0001"', '01234567890123456789', ''])('throws for %j', (text) => {
    expect(() => exactJson(text)).toThrow(SyntaxError);
  });
});

describe('columnText', () => {
  it('is that of the value, and JSON of a text for a column of JSON', () => {
    expect(['hello', '17', 17, { a: '1' }, null].map((value) => columnText('json', value))).toEqual([
      ...['"hello"', '"17"', '17', '{"a":"1"}', null],
    ]);
    expect(columnText('text', '17')).toBe('17');
  });
});

describe('textOfJson', () => {
  it('is the text itself, and JSON of all else', () => {
    expect(['a "b"', 1, true, { a: [1] }].map(textOfJson)).toEqual(['a "b"', '1', 'true', '{"a":[1]}']);
    expect([null, undefined].map(textOfJson)).toEqual([null, null]);
  });
});

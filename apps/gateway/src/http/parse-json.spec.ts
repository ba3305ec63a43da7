import { describe, expect, it } from '@jest/globals';
import { parseJson } from './parse-json.js';
import { Problem } from './problem.js';

function refusal(body: string | Buffer): { status: number; paths: string[] } {
  try {
    parseJson(Buffer.from(body as string));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { status: error.status, paths: (error.details.errors ?? []).map(({ path }) => path) };
  }
  throw new Error('The body was taken.');
}

describe('a JSON body', () => {
  it('is read with its texts, numbers and a byte order mark as they are', () => {
    expect(parseJson(Buffer.from('\uFEFF{"a":[1.5,"\\"[{,🐇"],"b":null}'))).toEqual({ a: [1.5, '"[{,🐇'], b: null });
  });

  it('may be 32 levels deep and no deeper', () => {
    const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    expect(parseJson(Buffer.from(deep(32)))).toBeInstanceOf(Array);
    expect(refusal(deep(33)).status).toBe(400);
    expect(refusal('[{"a":'.repeat(200_000)).status).toBe(400);
  });

  it('counts no brackets inside texts', () => {
    expect(parseJson(Buffer.from(`["${'['.repeat(100)}\\\\", "\\"${'{'.repeat(100)}"]`))).toHaveLength(2);
  });

  it('is refused with more than 100,000 values', () => {
    expect(refusal(`[${'0,'.repeat(100_000)}0]`).status).toBe(400);
  });

  it.each([['{"task": '], ['{"a":1}}'], [''], ['undefined'], ['{"a":NaN}']])('is refused when it is %s', (body) => {
    expect(refusal(body).status).toBe(400);
  });

  it.each([
    ['not json', 'it goes wrong where "o" stands'],
    ['{"a":🐇}', 'it goes wrong where "\ufffd" stands'],
    ['{bad', 'it goes wrong at character 2, where "b" stands'],
    ['{"a":1}}', 'it goes wrong at character 8, where "}" stands'],
    ['{"a":"x\ny"}', 'it goes wrong at character 8, where "\\n" stands'],
    ['{', 'it ends too early, after character 1'],
    ['[1,', 'it ends too early, after character 3'],
    ['{"task":"email.send","payload":{"to":"x"}', 'it ends too early, after character 41'],
  ])('is told where %s goes wrong, or that it ends', (body, fault) => {
    expect(() => parseJson(Buffer.from(body))).toThrow(`Expected JSON, but ${fault}.`);
  });

  it('is refused when it is no UTF-8', () => {
    expect(refusal(Buffer.from([0x22, 0xff, 0xfe, 0x22])).status).toBe(400);
  });

  it('is refused without an echo of its content', () => {
    expect(() => parseJson(Buffer.from('{"password": hunter2}'))).toThrow(/^(?!.*hunter)Expected JSON, but/);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('is refused with the name %s at any depth', (name) => {
    expect(refusal(`{"a":[{"${name}":{"x":1}}]}`)).toEqual({ status: 400, paths: [`a.0.${name}`] });
    expect(refusal(`{"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}":1}`).status).toBe(400);
  });

  it('is refused with U+0000 or a lone surrogate, by path', () => {
    expect(refusal('{"a":{"b":["x\\u0000"]},"c":"\\ud800"}')).toEqual({ status: 422, paths: ['a.b.0', 'c'] });
    expect(refusal('{"a\\u0000":1}').status).toBe(422);
    expect(parseJson(Buffer.from('"\\ud83d\\udc07"'))).toBe('🐇');
  });

  it('is refused with a number that no double holds, by path', () => {
    expect(refusal('{"a":[1,-1e999]}')).toEqual({ status: 422, paths: ['a.1'] });
  });
});

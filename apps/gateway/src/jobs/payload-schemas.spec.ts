import { describe, expect, it } from '@jest/globals';
import { compileSchema, PayloadSchemas, UnusableSchemaError } from './payload-schemas.js';

function errorsOf(schema: Record<string, unknown>, payload: unknown): string[] {
  return compileSchema(schema)(payload).map(({ path }) => path);
}

// Work that grew faster than the payload would take minutes here, and run into the test's own limit.
describe('an announced schema', () => {
  it('matches patterns in linear time', () => {
    const check = compileSchema({ type: 'string', pattern: '^(a+)+$' });
    expect(check(`${'a'.repeat(50_000)}!`)).toHaveLength(1);
    expect(check('aaa')).toEqual([]);
  });

  const variant = { type: 'object', required: ['name', 'width', 'fit'], properties: { name: { type: 'string' } } };
  const choice = { anyOf: [{ type: 'string' }, { type: 'integer' }], description: 'a text or a whole number' };
  const list = (items: object, bounds: object): Record<string, unknown> => ({ type: 'array', items, ...bounds });
  const many = <T>(item: (index: number) => T): T[] => Array.from({ length: 20_000 }, (_, index) => item(index));

  it.each<[string, Record<string, unknown>, unknown, string[]]>([
    ['far too long a list', list(variant, { maxItems: 50 }), many(() => ({})), ['payload']],
    ['wrong items', list(variant, {}), many(() => ({})), ['payload.0.name']],
    ['wrong alternatives', list(choice, {}), many(() => ({})), ['payload.0']],
    ['distinct items', list({}, { uniqueItems: true }), many((index) => ({ name: `n${index}` })), []],
    ['equal items', list({}, { uniqueItems: true }), [...many((index) => ({ index })), { index: 3 }], ['payload']],
  ])('answers a large payload with %s', (_, schema, payload, paths) => {
    const check = compileSchema(schema);
    expect(check(payload).map(({ path }) => path)).toEqual(paths);
  });

  it('answers a payload that is just small enough to be told of fully', () => {
    const check = compileSchema(list(choice, {}));
    expect(check(many(() => ({})).slice(0, 1_999))).toHaveLength(20);
  });

  it('tells every wrong place of a small payload, a choice by its description', () => {
    const schema = { properties: { list: list(choice, {}), other: { anyOf: [{ type: 'string' }, { minimum: 5 }] } } };
    expect(compileSchema(schema)({ list: [1, {}, 'a', null], other: 4 })).toEqual([
      { path: 'payload.list.1', message: 'must be a text or a whole number' },
      { path: 'payload.list.3', message: 'must be a text or a whole number' },
      { path: 'payload.other', message: 'must be a string, not a number' },
    ]);
  });

  it('tells what a condition asks for, not that it failed', () => {
    const schema = { if: { required: ['template'] }, then: { required: ['data'], properties: { text: false } } };
    expect(compileSchema(schema)({ template: 'welcome', text: 'Hello' })).toEqual([
      { path: 'payload.data', message: 'is required' },
      { path: 'payload.text', message: 'does not go together with the other fields' },
    ]);
  });

  it('takes items for equal whatever the order of their fields, and no list for an object', () => {
    const unique = list({}, { uniqueItems: true });
    expect(
      errorsOf(unique, [
        { a: 1, b: [{ c: 1, d: 2 }] },
        { b: [{ d: 2, c: 1 }], a: 1 },
      ]),
    ).toEqual(['payload']);
    expect(errorsOf(unique, [{ a: 1 }, [['a', 1]], '1', 1, null, 'null', [1, 2], [2, 1]])).toEqual([]);
    expect(errorsOf(list({}, { uniqueItems: false }), [1, 1])).toEqual([]);
  });

  it('understands patterns as JavaScript writes them', () => {
    expect(errorsOf({ pattern: '^[\\w.-]+\\u00e9\\/\\d$' }, 'a.b-é/1')).toEqual([]);
    expect(errorsOf({ pattern: '^[\\w.-]+\\u00e9\\/\\d$' }, 'a.b-e/1')).toEqual(['payload']);
  });

  it('keeps two patterns apart', () => {
    const schema = { properties: { a: { pattern: '^x$' }, b: { pattern: '^y$' } } };
    expect(errorsOf(schema, { a: 'y', b: 'x' })).toEqual(['payload.a', 'payload.b']);
  });

  it('leaves a pattern that needs a backtracking engine to the app', () => {
    expect(errorsOf({ pattern: '^(?=a)b' }, 'c')).toEqual([]);
  });

  it('checks formats', () => {
    expect(errorsOf({ properties: { at: { format: 'date-time' } } }, { at: 'soon' })).toEqual(['payload.at']);
  });

  it('names fields whose names hold slashes and tildes', () => {
    expect(errorsOf({ properties: { 'a/b~c': { type: 'string' } } }, { 'a/b~c': 1 })).toEqual(['payload.a/b~c']);
  });

  it.each([
    ['that is too large', { description: 'x'.repeat(65_536) }],
    ['that refers to another document', { $ref: 'https://elsewhere.example.test/a.json' }],
    ['that refers to nothing', { $ref: '#/$defs/missing' }],
    ['that is none', { type: 'colour' }],
  ])('is refused %s', (_, schema) => {
    expect(() => compileSchema(schema)).toThrow(UnusableSchemaError);
  });

  it('is refused when it never ends', () => {
    const check = compileSchema({ $ref: '#' });
    expect(() => check({})).toThrow(UnusableSchemaError);
  });

  it('is compiled once, and again when it changes', () => {
    const schemas = new PayloadSchemas();
    const task = { name: 'demo.echo', hash: '1', schema: { $id: 'same', type: 'string' } };
    const check = schemas.checkOf(task);
    expect(schemas.checkOf({ ...task })).toBe(check);
    expect(schemas.checkOf({ ...task, hash: '2', schema: { $id: 'same', type: 'object' } })({})).toEqual([]);
  });
});

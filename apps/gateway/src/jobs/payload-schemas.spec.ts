import { describe, expect, it } from '@jest/globals';
import { compileSchema, PayloadSchemas, UnusableSchemaError } from './payload-schemas.js';

function errorsOf(schema: Record<string, unknown>, payload: unknown): string[] {
  return compileSchema(schema)(payload).map(({ path }) => path);
}

describe('an announced schema', () => {
  it('matches patterns in linear time', () => {
    const check = compileSchema({ type: 'string', pattern: '^(a+)+$' });
    const startedAt = performance.now();
    expect(check(`${'a'.repeat(50_000)}!`)).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(check('aaa')).toEqual([]);
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

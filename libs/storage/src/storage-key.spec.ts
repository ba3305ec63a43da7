import { describe, expect, it } from '@jest/globals';
import { HOSTILE_KEYS, JOB, TENANT } from '../spec/keys.js';
import { belongsTo, keptKey, outputKey, parseKey, requirePrefix, uploadKey } from './storage-key.js';

describe('A storage key', () => {
  it('of an upload is the tenant and an id that comes once', () => {
    const keys = Array.from({ length: 100 }, () => uploadKey(TENANT));
    expect(new Set(keys).size).toBe(100);
    for (const key of keys)
      expect(key).toMatch(/^acme\/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  });

  it('of an output is the same whenever it is asked for', () => {
    expect(outputKey(TENANT, JOB, 2, 'large.webp')).toBe(`acme/${JOB}/2-large.webp`);
    expect(belongsTo(TENANT, keptKey(TENANT, 'a-fact'))).toBe(true);
    expect(() => keptKey(TENANT, '../a-fact')).toThrow(TypeError);
  });

  it('comes apart into what it was made of', () => {
    expect(parseKey(`acme/${JOB}`)).toEqual({ tenant: 'acme', id: JOB, output: undefined });
    expect(parseKey(`acme/${JOB}/12-a.b`)).toEqual({ tenant: 'acme', id: JOB, output: '12-a.b' });
    expect(parseKey(outputKey('a'.repeat(63), JOB, 999_999_999, 'z'.repeat(100)))).toMatchObject({ id: JOB });
  });

  it.each(HOSTILE_KEYS.map((key) => [key]))('is not %j', (key) => {
    expect(parseKey(key)).toBeUndefined();
    expect(belongsTo(TENANT, key)).toBe(false);
  });

  it.each([[undefined], [null], [42], [[uploadKey(TENANT)]], [{ toString: () => uploadKey(TENANT) }]])(
    'is no value of another type: %p',
    (value) => {
      expect(parseKey(value)).toBeUndefined();
    },
  );

  it('belongs to its tenant alone', () => {
    const key = uploadKey('acme');
    expect(belongsTo('acme', key)).toBe(true);
    for (const other of ['acm', 'acme-two', 'acme/', '', 'ACME']) expect(belongsTo(other, key)).toBe(false);
  });

  it.each([
    ['../acme', JOB, 1, 'a'],
    ['acme', 'not-an-id', 1, 'a'],
    ['acme', JOB.toUpperCase().replace(/0/g, 'A'), 1, 'a'],
    ['acme', JOB, -1, 'a'],
    ['acme', JOB, 1.5, 'a'],
    ['acme', JOB, Number.NaN, 'a'],
    ['acme', JOB, 1, ''],
    ['acme', JOB, 1, '.hidden'],
    ['acme', JOB, 1, '..'],
    ['acme', JOB, 1, '../a'],
    ['acme', JOB, 1, 'Large.webp'],
    ['acme', JOB, 1, 'ü.webp'],
    ['acme', JOB, 1, 'a\n'],
    ['acme', JOB, 1, 'a'.repeat(101)],
  ])('is not made of %j, %j, %j and %j', (tenant, job, run, name) => {
    expect(() => outputKey(tenant, job, run, name)).toThrow(TypeError);
  });

  it('is not made for a tenant of another form', () => {
    for (const tenant of ['', '.', '..', 'a/b', 'Acme', 'a'.repeat(64)]) {
      expect(() => uploadKey(tenant)).toThrow(TypeError);
    }
  });

  it('has a prefix per job and no shorter one', () => {
    expect(requirePrefix(`acme/${JOB}/`)).toMatchObject({ tenant: 'acme', id: JOB });
    for (const prefix of ['', '/', 'acme/', `acme/${JOB}`, `acme/${JOB}/1`, `acme/../${JOB}/`, `/acme/${JOB}/`]) {
      expect(() => requirePrefix(prefix)).toThrow(/Expected a prefix <tenant>\/<job id>\//);
    }
  });
});

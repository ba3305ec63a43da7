import { describe, expect, it } from '@jest/globals';
import { withoutSecrets } from './secret-fields.js';

const secret = { type: 'string', writeOnly: true };

describe('secret fields', () => {
  it.each([
    ['by name', { properties: { a: secret } }, { a: 'x', b: 1 }, { a: '***', b: 1 }],
    ['whole objects', { properties: { a: { writeOnly: true } } }, { a: { b: 'x' } }, { a: '***' }],
    ['in lists', { items: { properties: { a: secret } } }, [{ a: 'x' }, {}], [{ a: '***' }, {}]],
    ['in tuples', { prefixItems: [{}, secret], items: {} }, ['a', 'x', 'b'], ['a', '***', 'b']],
    ['by reference', { properties: { a: { $ref: '#/$defs/s' } }, $defs: { s: secret } }, { a: 'x' }, { a: '***' }],
    ['in combinations', { allOf: [{ properties: { a: secret } }] }, { a: 'x' }, { a: '***' }],
    ['in alternatives', { anyOf: [{ properties: { a: secret } }, {}] }, { a: 'x' }, { a: '***' }],
    ['in conditions', { if: {}, then: { properties: { a: secret } } }, { a: 'x' }, { a: '***' }],
    ['of any name', { additionalProperties: secret, properties: { b: {} } }, { a: 'x', b: 'y' }, { a: '***', b: 'y' }],
    ['that are null', { properties: { a: secret } }, { a: null }, { a: null }],
    ['named like parts of objects', { properties: { a: secret } }, { toString: 'x' }, { toString: 'x' }],
  ])('are masked %s', (_, schema, payload, shown) => {
    expect(withoutSecrets(payload, schema)).toEqual(shown);
  });

  it('are masked in a schema that refers to itself', () => {
    const schema = { properties: { a: secret, next: { $ref: '#' } }, allOf: [{ $ref: '#' }] };
    expect(withoutSecrets({ a: 'x', next: { a: 'y' } }, schema)).toEqual({ a: '***', next: { a: '***' } });
  });
});

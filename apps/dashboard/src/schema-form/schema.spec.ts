import { describe, expect, it } from '@jest/globals';
import { choicesOf, kindOf, resolved, type Schema, valueOfList, withField } from './schema';

const MAILBOX: Schema = { type: 'string', pattern: '^.+@.+$' };

describe('the field that fits a schema', () => {
  const kind = (schema: Schema): string => kindOf(resolved(schema, schema));

  it.each<[string, Schema, string]>([
    ['one mailbox or several', { anyOf: [MAILBOX, { type: 'array', items: MAILBOX }] }, 'list'],
    ['one format or several', { type: ['string', 'array'], items: { enum: ['480p'] } }, 'list'],
    ['a duration', { anyOf: [{ type: 'integer', minimum: 0 }, { type: 'string' }] }, 'text'],
    ['a time', { type: 'string', format: 'date-time' }, 'time'],
    ['any JSON', { type: ['object', 'array', 'string', 'number'] }, 'json'],
    ['values under names of any kind', { type: 'object' }, 'json'],
    [
      'an object that has a short form',
      {
        if: { type: ['string', 'boolean'] },
        then: { type: ['string', 'boolean'] },
        else: { properties: { text: {} } },
      },
      'either',
    ],
    [
      'a mailbox with a name or without',
      { anyOf: [MAILBOX, { type: 'object', properties: { address: {} } }] },
      'either',
    ],
    ['an object of which some fields are needed', { properties: { a: {} }, anyOf: [{ required: ['a'] }] }, 'object'],
  ])('is for %s', (_, schema, expected) => {
    expect(kind(schema)).toBe(expected);
  });

  it('offers numbers and names that stand for them', () => {
    const priority = { anyOf: [{ type: 'integer', minimum: 0, maximum: 2 }, { enum: ['low', 'high'] }] };
    expect([kind(priority), choicesOf(priority)]).toEqual(['choice', [0, 1, 2, 'low', 'high']]);
    expect(choicesOf({ anyOf: [{ type: 'integer', minimum: 0 }, { enum: ['low'] }] })).toEqual([]);
  });
});

it('changes a field of an object in its place', () => {
  expect(Object.keys(withField({ user: 'u', password: '***' }, 'user', 'v'))).toEqual(['user', 'password']);
});

describe('a list', () => {
  const sent = (items: readonly unknown[], schema: Schema): unknown => valueOfList(items, resolved(schema, schema));
  const several: Schema = { type: 'array', items: MAILBOX };

  it.each<[string, Schema]>([
    ['one mailbox or several', { anyOf: [MAILBOX, several] }],
    ['one format or several', { type: ['string', 'array'], items: { enum: ['480p'] } }],
  ])('of %s is sent as the one that is in it alone', (_, schema) => {
    expect(sent(['a@example.org'], schema)).toBe('a@example.org');
    expect(sent(['a@example.org', 'b@example.org'], schema)).toEqual(['a@example.org', 'b@example.org']);
    expect(sent([undefined], schema)).toEqual([undefined]);
    expect(sent([], schema)).toBeUndefined();
  });

  it('that stands for no single value is sent as a list', () => {
    expect(sent(['a@example.org'], several)).toEqual(['a@example.org']);
  });
});

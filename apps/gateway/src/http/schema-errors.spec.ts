import { describe, expect, it } from '@jest/globals';
import { compileSchema } from '../jobs/payload-schemas.js';
import { BodySchema } from './body-schema.js';

type Schema = Readonly<Record<string, unknown>>;

function messages(schema: Schema, payload: unknown): Record<string, string> {
  return Object.fromEntries(compileSchema(schema)(payload).map(({ path, message }) => [path, message]));
}

describe('what a schema finds wrong', () => {
  const span = { oneOf: [{ required: ['from', 'to'] }, { required: ['period'] }] };
  const wish = { anyOf: [{ required: ['width'] }, { required: ['height'] }, { required: ['format'] }] };

  it.each<[string, Schema, unknown, string]>([
    ['neither alternative', span, {}, 'needs either from and to, or period'],
    ['half of an alternative', span, { from: '2026-01-01' }, 'needs either from and to, or period'],
    ['both alternatives', span, { from: '', to: '', period: '' }, 'may have only one of: from and to; period'],
    ['none of many alternatives', wish, {}, 'needs one of: width; height; format'],
    ['a described choice of fields', { ...span, description: 'a span' }, {}, 'needs either from and to, or period'],
    ['a field that is ruled out', { not: { required: ['draft'] } }, { draft: 1 }, 'may not have draft'],
  ])('names the fields of %s in one message', (_, schema, payload, message) => {
    expect(messages(schema, payload)).toEqual({ payload: message });
  });

  it('names the field that may not be called so', () => {
    const headers = { propertyNames: { allOf: [{ pattern: '^[a-z-]+$' }, { not: { pattern: '^cookie$' } }] } };
    expect(messages({ properties: { headers } }, { headers: { cookie: 'a=b', 'two words': '', accept: '' } })).toEqual({
      'payload.headers.cookie': 'is a name that may not stand here',
      'payload.headers.two words': 'is a name that may not stand here',
    });
  });

  it.each([
    ['a text like this', 'must be a text like this'],
    ['The first day, such as 2026-01-01', 'does not fit: The first day, such as 2026-01-01'],
    [undefined, 'must match pattern "^a$"'],
  ])('tells a pattern by its description: %s', (description, message) => {
    expect(messages({ pattern: '^a$', ...(description !== undefined && { description }) }, 'b')).toEqual({
      payload: message,
    });
  });

  it.each([
    ['integer', '3', 'must be an integer, not a string'],
    ['integer', 1.5, 'must be an integer, not a fraction'],
    ['string', 3, 'must be a string, not a number'],
    ['boolean', 'yes', 'must be true or false, not a string'],
    ['array', {}, 'must be an array, not an object'],
    [['string', 'null'], [], 'must be a string or null, not an array'],
  ])('says which type is wanted and which came: %s of %j', (type, payload, message) => {
    expect(messages({ type }, payload)).toEqual({ payload: message });
  });

  it.each([
    ['maxAttemps', 'is no known field; did you mean maxAttempts?'],
    ['tsk', 'is no known field; did you mean task?'],
    ['colour', 'is no known field'],
  ])('suggests the known field that %s is near to', (name, message) => {
    const schema = { additionalProperties: false, properties: { task: {}, maxAttempts: {} } };
    expect(messages(schema, { [name]: 1 })).toEqual({ [`payload.${name}`]: message });
  });

  it.each([
    [[], 'The body must be an object with jobs, not an array'],
    [null, 'The body must be an object with jobs, not null'],
  ])('calls the whole body by its name: %j', (body, detail) => {
    const schema = new BodySchema({ type: 'object', required: ['jobs'], properties: { jobs: {} } });
    expect(() => schema.read(body)).toThrow(detail);
  });
});

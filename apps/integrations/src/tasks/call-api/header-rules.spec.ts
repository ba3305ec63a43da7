import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { HEADERS_SCHEMA, leavesConnectionsTheirHeaders } from './header-rules.js';

const ajv = new Ajv({ strict: false });

describe('the headers of a job', () => {
  const takes = ajv.compile(HEADERS_SCHEMA);

  it.each([{}, { 'X-Own': 'yes' }, { accept: 'text/csv' }, { 'x-authorization': '1' }, { 'idempotency-key': 'mine' }])(
    'may be %j',
    (headers) => {
      expect(takes(headers)).toBe(true);
    },
  );

  it.each([
    ...[{ authorization: 'x' }, { AUTHORIZATION: 'x' }, { 'Proxy-Authorization': 'x' }, { Cookie: 'x' }, { hOsT: 'x' }],
    ...[{ 'Content-Length': '1' }, { 'transfer-encoding': 'chunked' }, { 'a b': 'x' }, { '': 'x' }],
    ...[{ a: 'b\r\nc: d' }, { a: 'b\nc' }, { a: 1 }, { a: '€' }],
  ])('may not be %j', (headers) => {
    expect(takes(headers)).toBe(false);
  });
});

describe('the headers of a job with a connection', () => {
  const takes = ajv.compile({ type: 'object', ...leavesConnectionsTheirHeaders(['x-api-key', 'x.v']) });

  it('may not be those that connections set', () => {
    expect(takes({ connection: 'shop', headers: { 'X-Api-Key': '1' } })).toBe(false);
    expect(takes({ connection: 'shop', headers: { 'x.v': '1' } })).toBe(false);
  });

  it('may be others, and without a connection all', () => {
    expect(takes({ connection: 'shop', headers: { 'x-api-key-2': '1', 'x-v': '1' } })).toBe(true);
    expect(takes({ headers: { 'x-api-key': '1' } })).toBe(true);
    expect(leavesConnectionsTheirHeaders([])).toEqual({});
  });
});

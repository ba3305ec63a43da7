import { describe, expect, it } from '@jest/globals';
import { maskedBody } from './masked-body.js';

const SCHEMA = {
  properties: { password: { type: 'string', writeOnly: true }, inner: { $ref: '#' } },
};

describe('the body of a dead letter', () => {
  it('is shown without the secrets of its task', () => {
    const body = Buffer.from('{ "password": "hunter2", "colour": 7 }');
    const shown = maskedBody(body, SCHEMA);
    expect([shown.body.toString(), shown.masked]).toEqual(['{"password":"***","colour":7}', true]);
  });

  it.each(['{ "colour" : 7 }', 'no JSON', '', '{"__proto__":{"a":1}}'])('stays as it came: %s', (text) => {
    const body = Buffer.from(text);
    expect(maskedBody(body, SCHEMA)).toEqual({ body, masked: false });
  });

  it('stays as it came when nobody knows its task', () => {
    const body = Buffer.from('{ "password": "hunter2" }');
    expect(maskedBody(body, undefined)).toEqual({ body, masked: false });
  });

  it('stays as it came where no secret can be, however deep it is nested', () => {
    const body = Buffer.from('['.repeat(5_000) + ']'.repeat(5_000));
    expect(maskedBody(body, SCHEMA)).toEqual({ body, masked: false });
  });

  it('is masked whole when it is nested too deep to be looked through', () => {
    const body = Buffer.from('{"inner":'.repeat(100_000) + '{"password":"hunter2"}' + '}'.repeat(100_000));
    const shown = maskedBody(body, SCHEMA);
    expect(shown.body.includes('hunter2') && !shown.masked).toBe(false);
    expect(shown.masked).toBe(true);
  });
});

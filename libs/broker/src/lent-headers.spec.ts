import { beforeEach, describe, expect, it } from '@jest/globals';
import { LentHeaders } from './lent-headers.js';

describe('headers that are lent to amqplib', () => {
  let headers: LentHeaders;
  /** What amqplib would write: it leaves out what is undefined. */
  const written = (given: Record<string, unknown>): unknown => JSON.parse(JSON.stringify(headers.lend(given)));

  beforeEach(() => {
    headers = new LentHeaders();
  });

  it('are the same object each time, so that V8 rebuilds none', () => {
    expect(headers.lend({ 'x-run': 1 })).toBe(headers.lend({ 'x-attempt': 2 }));
  });

  it('have nothing of the message before', () => {
    expect(written({ 'x-run': 1, 'x-tenant': 'acme' })).toEqual({ 'x-run': 1, 'x-tenant': 'acme' });
    expect(written({ 'x-attempt': 2, 'x-tenant': 'globex' })).toEqual({ 'x-attempt': 2, 'x-tenant': 'globex' });
    expect(written({})).toEqual({});
    expect(written({ 'x-run': 3 })).toEqual({ 'x-run': 3 });
  });

  it('do not keep the names of ever more messages', () => {
    for (let message = 0; message < 1_000; message += 1) headers.lend({ [`x-of-others-${message}`]: message });
    expect(Object.keys(headers.lend({})).length).toBeLessThan(100);
  });

  it('have names that other objects inherit', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const given = Object.fromEntries(names.map((name) => [name, 'given']));
    expect(Object.entries(headers.lend(given))).toEqual(Object.entries(given));
  });
});

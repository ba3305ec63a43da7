import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newIdempotencyKey } from './new-idempotency-key.js';

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/;

describe('a new idempotency key', () => {
  beforeEach(() => {
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
  });
  afterEach(() => {
    Reflect.deleteProperty(crypto, 'randomUUID');
  });

  it('is a UUID of its own, also in a page that came by plain HTTP', () => {
    const keys = [1, 2, 3].map(newIdempotencyKey);
    expect(new Set(keys).size).toBe(3);
    for (const key of keys) expect(key).toMatch(UUID);
  });
});

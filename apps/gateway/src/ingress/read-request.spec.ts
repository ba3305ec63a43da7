import { describe, expect, it } from '@jest/globals';
import { type Delivery } from '#libs/broker';
import { readRequest } from './read-request.js';

function published(headers: Readonly<Record<string, unknown>>, body = '{"to":"ada@example.org"}'): Delivery {
  return {
    properties: { headers },
    body: Buffer.from(body),
    routingKey: 'email.send',
    exchange: 'leveret.jobs',
    redelivered: false,
    gone: false,
    ack: () => undefined,
  };
}

describe('a job that a service publishes', () => {
  it('has its payload in the body and its options in headers', () => {
    const read = readRequest(published({ 'x-metadata': '{"userId":"u1"}', 'x-max-attempts': 3 }));
    const request = {
      task: 'email.send',
      payload: { to: 'ada@example.org' },
      maxAttempts: 3,
      metadata: { userId: 'u1' },
    };
    expect(read).toMatchObject({ ok: true, value: { request } });
  });

  it.each([
    ['x-metadata', '{bad', 'Expected JSON, but it goes wrong at character 2, where "b" stands.'],
    ['x-metadata', { note: '\ud800' }, 'note holds U+0000 or a lone surrogate'],
    ['x-options', '{"delay":', 'Expected JSON, but it ends too early, after character 9.'],
  ])('is refused for its header %s by the name of the header', (name, value, reason) => {
    const refusal = { ok: false, code: 'unreadable_message', reason: `The header ${name}: ${reason}` };
    expect(readRequest(published({ [name]: value }))).toEqual(refusal);
  });

  it('is refused for its body without the name of a header', () => {
    const reason = 'Expected JSON, but it goes wrong at character 2, where "b" stands.';
    expect(readRequest(published({ 'x-metadata': '{}' }, '{bad'))).toMatchObject({ ok: false, reason });
  });
});

import { describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { WatchTokens } from './watch-token.js';

describe('a watch token', () => {
  const tokens = new WatchTokens('a secret of the tests');
  const grant = { jobId: uuidv7(), apiKeyId: uuidv7() };
  const now = new Date('2031-01-01T00:00:00Z');

  it('opens its job for 15 minutes', () => {
    const token = tokens.issue(grant, now);
    expect(tokens.verify(token, new Date(now.getTime() + 899_000))).toEqual({
      ...grant,
      until: new Date('2031-01-01T00:15:00Z'),
    });
    expect(tokens.verify(token, new Date(now.getTime() + 900_000))).toBeUndefined();
  });

  it('opens nothing when it was changed, or signed with another secret', () => {
    const token = tokens.issue(grant, now);
    const [, body = '', signature = ''] = token.split('.');
    const other = Buffer.from(Buffer.from(body, 'base64url').toString().replace(/.{5}$/, '99999')).toString(
      'base64url',
    );
    expect(tokens.verify(`lvw.${other}.${signature}`, now)).toBeUndefined();
    expect(tokens.verify(`lvw.${body}.${signature.slice(0, -1)}`, now)).toBeUndefined();
    expect(tokens.verify(`lvw.${body}.${'A'.repeat(43)}`, now)).toBeUndefined();
    expect(new WatchTokens('another secret').verify(token, now)).toBeUndefined();
  });
});

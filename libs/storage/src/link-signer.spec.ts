import { createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { HOSTILE_KEYS, JOB } from '../spec/keys.js';
import { LinkSigner } from './link-signer.js';

const KEY = `acme/${JOB}`;
const NOW = new Date('2026-11-22T10:00:00Z');
const LATER = new Date('2026-11-22T11:00:00Z');
const signer = new LinkSigner('a secret of the gateway');

function signed(key = KEY, expiresAt = LATER): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(signer.sign(key, expiresAt)));
}

describe('A signed link', () => {
  it('carries its expiry in seconds and a signature that needs no escaping', () => {
    expect(signer.sign(KEY, LATER)).toMatch(/^expires=1795345200&signature=[A-Za-z0-9_-]{43}$/);
  });

  it('opens its file for every holder of the same secret', () => {
    expect(signer.verify(KEY, signed(), NOW)).toBe(true);
    expect(new LinkSigner('a secret of the gateway').verify(KEY, signed(), NOW)).toBe(true);
    expect(signer.verify(KEY, { ...signed(), download: '1' }, NOW)).toBe(true);
  });

  it('is refused by another secret', () => {
    expect(new LinkSigner('another secret').verify(KEY, signed(), NOW)).toBe(false);
  });

  it('is not signed with the secret itself, so that it is no signature for another purpose', () => {
    const { expires = '', signature } = signed();
    const plain = createHmac('sha256', 'a secret of the gateway').update(`${KEY}\n${expires}`).digest('base64url');
    const otherPurpose = Buffer.from(hkdfSync('sha256', 'a secret of the gateway', '', 'watch tokens', 32));
    expect(signature).not.toBe(plain);
    expect(signature).not.toBe(createHmac('sha256', otherPurpose).update(`${KEY}\n${expires}`).digest('base64url'));
  });

  it('opens no other file', () => {
    const query = signed();
    for (const key of [`acme/${JOB.replace(/1$/, '2')}`, `other/${JOB}`, `${KEY}/1-a`]) {
      expect(signer.verify(key, query, NOW)).toBe(false);
    }
  });

  it.each(HOSTILE_KEYS.map((key) => [key]))('is neither made nor taken for %j', (key) => {
    expect(signer.verify(key, signed(), NOW)).toBe(false);
    expect(() => signer.sign(key, LATER)).toThrow(TypeError);
  });

  it('is refused from the second of its expiry on', () => {
    expect(signer.verify(KEY, signed(), new Date(LATER.getTime() - 1))).toBe(true);
    expect(signer.verify(KEY, signed(), LATER)).toBe(false);
    expect(signer.verify(KEY, signed(), new Date(Number.NaN))).toBe(false);
  });

  it('is refused with any character of its signature changed', () => {
    const query = signed();
    const signature = query['signature'] ?? '';
    for (let at = 0; at < signature.length; at += 1) {
      for (const other of ['A', 'B', '_']) {
        if (signature[at] === other) continue;
        const changed = signature.slice(0, at) + other + signature.slice(at + 1);
        expect(signer.verify(KEY, { ...query, signature: changed }, NOW)).toBe(false);
      }
    }
  });

  it.each([
    ['1795345201'],
    ['01795345200'],
    ['1795345200 '],
    ['1795345200.0'],
    ['1.7953452e9'],
    ['+1795345200'],
    ['-1'],
    ['NaN'],
    ['Infinity'],
    [''],
    ['9'.repeat(5_000)],
    [1_795_345_200],
    [['1795345200']],
    [{}],
    [null],
    [undefined],
  ])('is refused with the expiry %p', (expires) => {
    expect(signer.verify(KEY, { ...signed(), expires }, NOW)).toBe(false);
  });

  it('is refused with a signature of another form', () => {
    const query = signed();
    const { signature = '' } = query;
    const others = [
      [signature],
      `${signature}=`,
      ` ${signature}`,
      '',
      'é'.repeat(43),
      'a'.repeat(100_000),
      7,
      null,
      {},
    ];
    for (const other of [...others, undefined]) {
      expect(signer.verify(KEY, { ...query, signature: other }, NOW)).toBe(false);
    }
  });

  it('is not made without a secret or a time', () => {
    expect(() => new LinkSigner('')).toThrow(/secret/);
    expect(() => signer.sign(KEY, new Date(Number.NaN))).toThrow(/time at which the link expires/);
    expect(() => signer.sign(KEY, new Date(-1))).toThrow(TypeError);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ConfigError } from '#libs/config';
import { DEPENDENCY_TERMS } from '#libs/egress';
import { connectionsOf } from '../../spec/connections-of.js';
import { loadConnections } from './load-connections.js';

const BASE = { baseUrl: 'https://api.example.com/v1/' };
const TOKEN = { env: 'TOKEN' };

function problemsOf(connection: unknown): readonly string[] {
  try {
    connectionsOf({ shop: connection }, { TOKEN: 'canary', BAD: 'two\nlines' });
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map(({ message }) => message.replace(/^.*connections\.yaml: /, ''));
  }
}

describe('loadConnections', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'leveret-secrets-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('has none without a file', () => {
    const connections = loadConnections({ connectionsFile: null, secretIn: () => undefined });
    expect(() => connections.get('shop', 'default')).toThrow('There is no connection "shop"');
  });

  it('reads a connection with its limits and rules', () => {
    const written = {
      ...BASE,
      auth: { type: 'bearer', token: TOKEN },
      headers: { 'x-version': '2' },
      allow: [{ methods: ['GET'], paths: ['/orders/*'] }],
      timeouts: { connect: '1s', tls: '3s', headers: '2s', idle: '4s', total: 5_000 },
      maxBytes: 1_000,
      retry: { temporary: [409], permanent: [501], maxRetryAfter: '1h' },
      limits: { concurrency: 4, perSecond: 2.5 },
      breaker: { failureShare: 0.2, leastCalls: 10, open: '1s', longestOpen: '1m' },
    };
    expect(connectionsOf({ shop: written }, { TOKEN: 'canary' }).get('shop', 'default')).toMatchObject({
      ...{ name: 'shop', baseUrl: 'https://api.example.com/v1', headers: { 'x-version': '2' } },
      authentication: { type: 'fixed', headers: { authorization: 'Bearer canary' } },
      rules: [{ methods: ['GET'], paths: ['/orders/*'] }],
      limits: {
        ...{ connectMs: 1_000, tlsMs: 3_000, headersMs: 2_000, idleMs: 4_000, totalMs: 5_000, maxBytes: 1_000 },
      },
      ...{ temporary: [409], permanent: [501], maxRetryAfterMs: 3_600_000 },
      terms: {
        ...{ concurrency: 4, perSecond: 2.5 },
        breaker: { failureShare: 0.2, leastCalls: 10, openMs: 1_000, longestOpenMs: 60_000 },
      },
    });
  });

  it('reads what hosts bear: of the port, else of the host, else of all', () => {
    const limitOf = (concurrency: number): object => ({ limits: { concurrency } });
    const hosts = { 'a.example:8443': limitOf(1), 'a.example': limitOf(2), '[::1]:80': limitOf(3), '*': limitOf(4) };
    const connections = connectionsOf({ shop: { ...BASE, limits: { concurrency: 5 } } }, {}, hosts);
    const names = ['a.example:8443', 'a.example:443', '[::1]:80', 'b.example:443', 'shop'];
    expect(names.map((name) => connections.termsOf(name).concurrency)).toEqual([1, 2, 3, 4, 5]);
    expect(connectionsOf({}).termsOf('a.example:443')).toEqual(DEPENDENCY_TERMS);
  });

  it('takes secrets from files, without the line break at their end', () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'pass word\n');
    const auth = { type: 'basic', user: 'me', password: { file } };
    const { authentication } = connectionsOf({ shop: { ...BASE, auth } }).get('shop', 'default');
    const pair = Buffer.from('me:pass word').toString('base64');
    expect(authentication).toEqual({ type: 'fixed', headers: { authorization: `Basic ${pair}` } });
  });

  it('hides a connection from tenants that may not use it', () => {
    const connections = connectionsOf({ shop: { ...BASE, tenants: ['acme'] } });
    expect(connections.get('shop', 'acme').name).toBe('shop');
    expect(() => connections.get('shop', 'globex')).toThrow('There is no connection "shop"');
  });

  it('knows the headers that jobs may not set beside a connection', () => {
    const auth = { type: 'api-key', header: 'x-api-key', key: TOKEN };
    const connections = connectionsOf(
      { a: { ...BASE, auth }, b: { ...BASE, headers: { 'x-b': '1' } } },
      { TOKEN: 'k' },
    );
    expect(connections.headerNames).toEqual(['x-api-key', 'x-b']);
  });

  it.each<[string, unknown, RegExp]>([
    ['an unknown field', { ...BASE, baseURL: 'x' }, /^connections\.shop\.baseURL: is unknown/],
    ['no base URL', {}, /^connections\.shop: must have required property 'baseUrl'/],
    ['a base URL of another scheme', { baseUrl: 'ftp://example.com' }, /^connections\.shop\.baseUrl: must match/],
    ['a secret in the file itself', { ...BASE, auth: { type: 'bearer', token: 'x' } }, /auth\.token: must be object/],
    [
      'a type that there is not',
      { ...BASE, auth: { type: 'magic' } },
      /auth\.type: .*: bearer, basic, api-key, oauth2/,
    ],
    [
      'a type without what it needs',
      { ...BASE, auth: { type: 'basic', user: 'a' } },
      /must have required property 'password'/,
    ],
    [
      'what belongs to another type',
      { ...BASE, auth: { type: 'bearer', token: TOKEN, user: 'a' } },
      /auth\.user: property name/,
    ],
    [
      'a variable that is not set',
      { ...BASE, auth: { type: 'bearer', token: { env: 'NO' } } },
      /auth\.token: the variable NO holds no secret/,
    ],
    [
      'a secret of two lines',
      { ...BASE, auth: { type: 'bearer', token: { env: 'BAD' } } },
      /auth\.token: the variable BAD/,
    ],
    [
      'a file that is not there',
      { ...BASE, auth: { type: 'bearer', token: { file: '/no' } } },
      /the file \/no holds no secret/,
    ],
    ['a header in capitals', { ...BASE, headers: { 'X-A': '1' } }, /headers\.X-A: property name/],
    ['a header of two lines', { ...BASE, headers: { a: '1\r\nb: 2' } }, /headers\.a: must match/],
    ['a limit of nothing', { ...BASE, limits: { perSecond: 0 } }, /limits\.perSecond: must be > 0/],
    ['a share of more than all', { ...BASE, breaker: { failureShare: 1 } }, /breaker\.failureShare: must be < 1/],
    ['a duration that is none', { ...BASE, timeouts: { total: 'soon' } }, /timeouts\.total: must/],
  ])('refuses %s', (_kind, connection, problem) => {
    expect(problemsOf(connection)).toContainEqual(expect.stringMatching(problem));
  });
});

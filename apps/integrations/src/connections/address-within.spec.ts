import { describe, expect, it } from '@jest/globals';
import { connectionsOf } from '../../spec/connections-of.js';
import { addressWithin } from './address-within.js';

const allow = [{ methods: ['GET'], paths: ['/orders', '/orders/*', '/files/**'] }, { methods: ['POST'] }];
const connections = connectionsOf({
  open: { baseUrl: 'https://api.example.com/v1' },
  ruled: { baseUrl: 'https://api.example.com/v1', allow },
});

describe('addressWithin', () => {
  const within = (name: string, method: string, url: string): string =>
    addressWithin(connections.get(name, 'default'), method, url).href;

  it.each([
    ['/orders?x=1', 'https://api.example.com/v1/orders?x=1'],
    ['/', 'https://api.example.com/v1/'],
    ['https://api.example.com/v1/orders', 'https://api.example.com/v1/orders'],
    ['//double', 'https://api.example.com/v1//double'],
  ])('takes %s for an address below the base URL', (url, address) => {
    expect(within('open', 'GET', url)).toBe(address);
  });

  it.each([
    ...['/../admin', '/%2e%2e/admin', '/a/..\\..\\..\\admin', '/../v10/x', 'https://api.example.com/v10/orders'],
    ...['/orders/..%2f..%2fadmin', '/orders/..%5Cadmin', '/%252e%252e/admin', '/a%252fb'],
    ...['https://api.example.com/', 'https://evil.example.com/v1/orders', 'http://api.example.com/v1/orders'],
    ...['https://api.example.com:8443/v1/orders', 'https://api.example.com@evil.example/v1/', 'https://'],
  ])('refuses %s', (url) => {
    expect(() => within('open', 'GET', url)).toThrow(expect.objectContaining({ code: 'outside_connection' }));
  });

  it.each([
    ['GET', '/orders', true],
    ['GET', '/orders/17', true],
    ['GET', '/orders/17/items', false],
    ['GET', '/orders/', false],
    ['GET', '/files/a/b', true],
    ['GET', '/files', false],
    ['GET', '/orders/../users', false],
    ['POST', '/anything', true],
    ['DELETE', '/orders/17', false],
  ])('keeps to the rules of the connection: %s %s', (method, path, permitted) => {
    const call = (): string => within('ruled', method, path);
    if (permitted) expect(call()).toContain(path);
    else expect(call).toThrow('does not permit');
  });
});

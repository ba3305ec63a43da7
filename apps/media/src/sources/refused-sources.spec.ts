import 'reflect-metadata';
import { isIP } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type HttpTarget, startHttpTarget } from '../../spec/http-target.js';
import { REFUSED_HOSTS, REFUSED_REDIRECTS, REFUSED_RESOLUTIONS, REFUSED_URLS } from '../../spec/refused-addresses.js';
import { WebFiles } from './web-files.js';

const REFUSED = { name: 'PermanentError', code: 'egress_refused' };

describe('the egress policy of sources by URL', () => {
  let target: HttpTarget;
  let resolved: readonly string[];
  let files: WebFiles;

  beforeEach(async () => {
    target = await startHttpTarget();
    resolved = ['127.0.0.1'];
    const resolve = async (): Promise<{ address: string; family: number }[]> =>
      resolved.map((address) => ({ address, family: isIP(address) }));
    files = new WebFiles([target.pair], { resolve });
  });
  afterEach(async () => {
    await files.onApplicationShutdown();
    await target.stop();
  });

  const open = (url: string): Promise<unknown> =>
    files.open(url, { maxBytes: 1_024, signal: new AbortController().signal });
  const port = (): string => new URL(target.url).port;

  it.each(REFUSED_HOSTS)('refuses the host %s', async (host) => {
    // The one pair that is open is that of the target under its own spelling.
    const isTarget = new URL(`http://${host}`).hostname === '127.0.0.1';
    await expect(open(`http://${host}:${isTarget ? '1' : port()}/`)).rejects.toMatchObject(REFUSED);
    expect(target.seen).toEqual([]);
  });

  it.each(REFUSED_URLS)('refuses the URL %j', async (url) => {
    await expect(open(url)).rejects.toMatchObject(REFUSED);
  });

  it.each(REFUSED_RESOLUTIONS)('refuses a name that resolves to %s', async (_kind, addresses) => {
    resolved = addresses;
    await expect(open(`http://evil.example:${port()}/`)).rejects.toMatchObject(REFUSED);
    expect(target.seen).toEqual([]);
  });

  it.each(REFUSED_REDIRECTS)('refuses a redirect to %s', async (location) => {
    target.answer((_request, response) => void response.writeHead(302, { location }).end());
    await expect(open(target.url)).rejects.toMatchObject(REFUSED);
  });
});

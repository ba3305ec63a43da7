import { type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectionsOf } from '../../spec/connections-of.js';
import { type HttpTarget, startHttpTarget } from '../../spec/http-target.js';
import { jobInMemory } from '#libs/consumer-testing';
import { outgoingTo } from '../../spec/outgoing-to.js';
import { REFUSED_HOSTS, REFUSED_REDIRECTS, REFUSED_RESOLUTIONS, REFUSED_URLS } from '../../spec/refused-addresses.js';
import { ConnectionCalls } from '../connections/connection-calls.js';
import { OAuthTokens } from '../connections/oauth-tokens.js';
import { type Outgoing } from '../outgoing/outgoing.js';
import { CallApiHandler } from './call-api/call-api.handler.js';
import { FetchFileHandler } from './fetch-file/fetch-file.handler.js';

const REFUSED = { name: 'PermanentError', code: 'egress_refused' };
type Calls = (url: string) => Promise<unknown>;

describe('the egress policy', () => {
  let target: HttpTarget;
  let outgoing: Outgoing;
  let resolved: readonly LookupAddress[];
  let calls: Readonly<Record<string, Calls>>;

  beforeEach(async () => {
    target = await startHttpTarget();
    resolved = [{ address: '127.0.0.1', family: 4 }];
    outgoing = outgoingTo([target.pair], { resolve: async () => resolved });
    const connections = connectionsOf({});
    const throughConnections = new ConnectionCalls(outgoing, new OAuthTokens(outgoing));
    const callApi = new CallApiHandler(connections, throughConnections, outgoing);
    const fetchFile = new FetchFileHandler(connections, throughConnections, outgoing);
    const { signal } = new AbortController();
    calls = {
      'call-api': (url) => callApi.callApi({ url }, jobInMemory().context),
      'fetch-file': (url) => fetchFile.fetchFile({ url }, jobInMemory().context),
      // As deliver-webhook sends what it has signed.
      webhooks: (url) => outgoing.deliver({ method: 'POST', url, body: '{}', signal }),
    };
  });
  afterEach(async () => {
    await outgoing.onApplicationShutdown();
    await target.stop();
  });

  describe.each(['call-api', 'fetch-file', 'webhooks'])('of %s', (task) => {
    const call: Calls = async (url) => calls[task]?.(url);

    // The port is that of the target, which is open under its own spelling alone.
    it.each(REFUSED_HOSTS.filter((host) => new URL(`http://${host}`).hostname !== '127.0.0.1'))(
      'refuses the host %s',
      async (host) => {
        await expect(call(`http://${host}:${new URL(target.url).port}/`)).rejects.toMatchObject(REFUSED);
        expect(target.seen).toEqual([]);
      },
    );

    it.each(REFUSED_HOSTS.filter((host) => new URL(`http://${host}`).hostname === '127.0.0.1'))(
      'refuses the host %s at another port than the open one',
      async (host) => {
        await expect(call(`http://${host}:1/`)).rejects.toMatchObject(REFUSED);
      },
    );

    it.each(REFUSED_URLS)('refuses the URL %j', async (url) => {
      await expect(call(url)).rejects.toMatchObject(REFUSED);
    });

    it.each(REFUSED_RESOLUTIONS)('refuses a name that resolves to %s', async (_kind, addresses) => {
      resolved = addresses.map((address) => ({ address, family: isIP(address) }));
      const error = await call(`http://evil.example:${new URL(target.url).port}/`).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject(REFUSED);
      for (const address of addresses) expect(String(error)).not.toContain(address);
      expect(target.seen).toEqual([]);
    });
  });

  describe.each(['call-api', 'fetch-file'])('of %s', (task) => {
    it.each(REFUSED_REDIRECTS)('refuses a redirect to %s', async (location) => {
      target.answer((_request, response) => void response.writeHead(302, { location }).end());
      await expect(calls[task]?.(target.url)).rejects.toMatchObject(REFUSED);
    });
  });

  it('of webhooks follows no redirect at all', async () => {
    target.answer((_request, response) => void response.writeHead(302, { location: '/elsewhere' }).end());
    await expect(calls['webhooks']?.(target.url)).resolves.toMatchObject({ status: 302 });
    expect(target.seen).toHaveLength(1);
  });
});

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type BrokerLink } from '#libs/broker';
import { callManagement } from '../../tools/local-nodes/management-api.js';
import { linkTo } from '../support/broker-link.js';
import { eventually } from '../support/eventually.js';
import { SuiteServers } from '../support/suite-servers.js';

jest.setTimeout(60_000);

const NOBODY_LISTENS = 'amqp://127.0.0.1:1';

describe('a connection to the broker', () => {
  let servers: SuiteServers;
  let link: BrokerLink;

  beforeEach(async () => {
    servers = await SuiteServers.make({});
  });

  afterEach(async () => {
    await link.close();
    await servers.discard();
  });

  const limitConnections = (method: 'PUT' | 'DELETE', body?: object): Promise<Response> =>
    callManagement(servers.broker, method, `/api/vhost-limits/${servers.id}/max-connections`, body);

  it('names what it may be that the virtual host is not opened, and is there when that has passed', async () => {
    await limitConnections('PUT', { value: 0 });
    link = linkTo(servers.rabbitmqUrl);
    link.open();
    expect(await eventually('failure', () => link.failure)).toEqual({
      reason: expect.stringMatching(/^The broker does not open the virtual host .* a limit of connections/),
      lasting: false,
    });
    await limitConnections('DELETE');
    await eventually('connection', () => link.state === 'open' || undefined);
    expect(link.failure).toBeUndefined();
  });

  /** The broker by a URL with a wrong password. */
  function refusing(): string {
    const url = new URL(servers.rabbitmqUrl);
    url.password = 'another';
    return url.href;
  }

  /** Whether each failure lasts that is heard before all is as it should be. */
  async function failuresOf(
    urls: readonly string[],
    until: (heard: readonly boolean[]) => boolean,
  ): Promise<readonly boolean[]> {
    const heard: boolean[] = [];
    link = linkTo(...urls);
    link.onFailure(({ lasting }) => heard.push(lasting));
    link.open();
    await eventually('end of the tries', () => until(heard) || undefined);
    return heard;
  }

  it('is got by the second URL when the first refuses for good', async () => {
    expect(await failuresOf([refusing(), servers.rabbitmqUrl], () => link.state === 'open')).toEqual([false]);
  });

  it('fails for good when each URL refuses so', async () => {
    expect(await failuresOf([refusing(), refusing()], () => link.failure?.lasting === true)).toEqual([false, true]);
  });

  it('does not fail for good while one of two URLs may be back by waiting', async () => {
    const heard = await failuresOf([refusing(), NOBODY_LISTENS], ({ length }) => length >= 4);
    expect(heard).not.toContain(true);
  });
});

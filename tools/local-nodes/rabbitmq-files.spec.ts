import { describe, expect, it } from '@jest/globals';
import { renderConfiguration, serverEnvironment, type RabbitmqIdentity } from './rabbitmq-files.js';

const identity: RabbitmqIdentity = { id: 'abc123', user: 'leveret', password: 'secret' };
const ports = { amqp: 5001, management: 5002, distribution: 5003, epmd: 5004 };
const GIB = 2 ** 30;

describe('renderConfiguration', () => {
  it('listens on 127.0.0.1 alone, has its own user, and waits twelve hours for an acknowledgement', () => {
    const configuration = renderConfiguration(identity, ports, 16 * GIB);
    expect(configuration.split('\n')).toEqual(
      expect.arrayContaining([
        'listeners.tcp.1 = 127.0.0.1:5001',
        'management.tcp.ip = 127.0.0.1',
        'management.tcp.port = 5002',
        'default_user = leveret',
        'default_pass = secret',
        'consumer_timeout = 43200000',
      ]),
    );
  });

  it.each([
    [16 * GIB, GIB],
    [GIB, Math.floor(0.4 * GIB)],
  ])('with %d bytes of memory in the machine takes at most %d', (memory, limit) => {
    expect(renderConfiguration(identity, ports, memory)).toContain(`vm_memory_high_watermark.absolute = ${limit}\n`);
  });
});

describe('serverEnvironment', () => {
  it("keeps the node's name whatever its ports are, since the database belongs to the name", () => {
    const moved = { ...ports, distribution: 6003, epmd: 6004 };
    for (const chosen of [ports, moved]) {
      expect(serverEnvironment({}, '/data', identity, chosen)['RABBITMQ_NODENAME']).toBe('leveret-abc123@localhost');
    }
  });

  it("takes nothing over from a system broker's settings", () => {
    const outer = { PATH: '/bin', RABBITMQ_NODENAME: 'rabbit@host', RABBITMQ_URL: 'amqp://x', ERL_EPMD_PORT: '4369' };
    const environment = serverEnvironment(outer, '/data', identity, ports);
    expect(environment).toMatchObject({ PATH: '/bin', ERL_EPMD_PORT: '5004', ERL_EPMD_ADDRESS: '127.0.0.1' });
    expect(environment).not.toHaveProperty('RABBITMQ_URL');
    expect(environment['RABBITMQ_CONF_ENV_FILE']).toBe('/dev/null');
  });
});

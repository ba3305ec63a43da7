import { describe, expect, it } from '@jest/globals';
import { coreTopology, domainTopology, ingressTopology, workQueueAddress } from './suite-topology.js';
import { merged } from './topology.js';

describe('the topology', () => {
  it.each([
    { queueType: 'classic', major: 3 },
    { queueType: 'quorum', major: 3 },
    { queueType: 'quorum', major: 4 },
  ] as const)('of $queueType queues on RabbitMQ $major is as approved', (traits) => {
    const parts = [coreTopology('leveret', traits), domainTopology('leveret', 'media', traits)];
    expect(merged(...parts, ingressTopology('leveret', 'media'))).toMatchSnapshot();
  });

  it('names the type of every queue, and never sends what a broker of 3.x or 4.x refuses', () => {
    for (const major of [3, 4]) {
      const traits = { queueType: 'quorum', major } as const;
      const { queues } = merged(coreTopology('leveret', traits), domainTopology('leveret', 'media', traits));
      for (const { arguments: own } of queues) {
        expect(['classic', 'quorum', 'stream']).toContain(own['x-queue-type']);
        if (own['x-queue-type'] === 'quorum') expect(own).not.toHaveProperty('x-max-priority');
        if (major < 4) expect(own).not.toHaveProperty('x-delivery-limit');
      }
    }
  });

  it('keeps what several parts declare once', () => {
    const traits = { queueType: 'classic', major: 3 } as const;
    const once = coreTopology('leveret', traits);
    expect(merged(once, once)).toEqual(once);
  });

  it('gives a work queue a name that carries type and number', () => {
    expect(workQueueAddress('media', 'quorum')).toEqual({ key: 'media.quorum-1', type: 'quorum', number: 1 });
  });
});

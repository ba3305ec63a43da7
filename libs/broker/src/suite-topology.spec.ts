import { describe, expect, it } from '@jest/globals';
import { coreTopology, domainTopology, formerAddresses, ingressTopology, workQueueAddress } from './suite-topology.js';
import { liveTopology } from './fanout-topology.js';
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

  it("of a gateway's live updates is as approved", () => {
    expect(liveTopology('leveret', 'id')).toMatchSnapshot();
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

  it('counts the other type and every lower number among the former queues', () => {
    const keys = (type: 'classic' | 'quorum', number: number): string[] =>
      formerAddresses('media', { key: `media.${type}-${number}`, type, number }).map(({ key }) => key);
    expect(keys('quorum', 1)).toEqual(['media.classic-1']);
    expect(keys('classic', 2)).toEqual(['media.classic-1', 'media.quorum-1', 'media.quorum-2']);
  });

  it('keeps what carries facts in the same queues whatever the queue type, so that it can be changed', () => {
    const core = (queueType: 'classic' | 'quorum'): unknown => coreTopology('leveret', { queueType, major: 4 });
    expect(core('quorum')).toEqual(core('classic'));
  });
});

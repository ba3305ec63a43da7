import { describe, expect, it } from '@jest/globals';
import { featuresOf } from './features.js';

const rabbit = (version: string): { product: string; version: string } => ({ product: 'RabbitMQ', version });

describe('the features in force', () => {
  it.each([
    ['classic', '3.10.8', 'strict'],
    ['classic', '4.0.5', 'strict'],
    ['quorum', '3.13.7', 'none'],
    ['quorum', '4.0.5', 'two-levels'],
    ['quorum', '10.1.0', 'two-levels'],
  ] as const)('are with %s queues on %s: priorities %s', (queueType, version, priorities) => {
    expect(featuresOf(queueType, rabbit(version))).toEqual({
      queueType,
      broker: `RabbitMQ ${version}`,
      priorities,
      delayedRetry: 'ladder',
      deliveryLimit: 'none',
    });
  });

  it('are told as far as they are known before the first connection', () => {
    expect(featuresOf('quorum', undefined)).toMatchObject({ broker: null, priorities: null });
    expect(featuresOf('classic', undefined)).toMatchObject({ broker: null, priorities: 'strict' });
  });
});

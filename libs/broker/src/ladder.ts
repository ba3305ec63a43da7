import { brokerNames, LADDER_LEVELS } from './names.js';
import { type Topology } from './topology.js';

/** The ladder's resolution: the wait of its lowest level. */
export const LADDER_STEP_MS = 50;
const LONGEST_STEPS = 2 ** LADDER_LEVELS - 1;

/** The longest wait that one way through the ladder takes: about 54 minutes. */
export const LONGEST_LADDER_MS = LONGEST_STEPS * LADDER_STEP_MS;

/**
 * The routing key that makes a message wait: one word for each level, highest first, `1` where the message stops, then
 * the key that it has when it comes out. The wait is rounded up to 50 ms.
 * @throws RangeError for a wait that is negative or longer than the ladder
 */
export function ladderKey(waitMs: number, routingKey: string): string {
  const steps = Math.ceil(waitMs / LADDER_STEP_MS);
  if (!(waitMs >= 0 && steps <= LONGEST_STEPS)) {
    throw new RangeError(`Expected a wait of 0 to ${LONGEST_LADDER_MS} ms for the delay ladder, got ${waitMs} ms.`);
  }
  const bits = steps.toString(2).padStart(LADDER_LEVELS, '0');
  return `${bits.replaceAll(/[01]/g, '$&.')}${routingKey}`;
}

/** What a key looks like to a queue bound behind the ladder: any bits, then the key. */
export function afterLadder(pattern: string): string {
  return `${'*.'.repeat(LADDER_LEVELS)}${pattern}`;
}

/**
 * Binary ladder after NServiceBus' `DelayInfrastructure`: each level is an exchange and a queue of one TTL, so nothing
 * waits behind something longer. Bit `k` of a key decides at level `k` whether the message waits 50 ms × 2^k in the
 * level's queue or passes by. Behind the lowest level lies an exchange of its own, to which the work queues are bound:
 * what fits none of them falls at once into the queue of strays. Without that, at-least-once dead-lettering would keep a
 * message whose work queue is gone in the ladder, and try it every three minutes for ever.
 *
 * The queues are quorum queues with at-least-once dead-lettering whatever the suite's queue type: a classic ladder loses
 * confirmed messages when the broker dies while they expire.
 */
export function ladderTopology(prefix: string): Topology {
  const names = brokerNames(prefix);
  const levels = Array.from({ length: LADDER_LEVELS }, (_, index) => LADDER_LEVELS - 1 - index);
  const next = (k: number): string => (k === 0 ? names.ladderEnd : names.level(k - 1));
  const word = (k: number, bit: 0 | 1): string => `${'*.'.repeat(LADDER_LEVELS - 1 - k)}${bit}.#`;
  return {
    exchanges: [
      { name: names.ladderEnd, type: 'topic', alternate: names.strays },
      ...levels.map((k) => ({ name: names.level(k), type: 'topic' as const })),
    ],
    queues: levels.map((k) => ({
      name: names.levelQueue(k),
      arguments: {
        'x-queue-type': 'quorum',
        'x-message-ttl': LADDER_STEP_MS * 2 ** k,
        'x-dead-letter-exchange': next(k),
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
    })),
    bindings: levels.flatMap((k) => [
      { from: names.level(k), to: { queue: names.levelQueue(k) }, pattern: word(k, 1) },
      { from: names.level(k), to: { exchange: next(k) }, pattern: word(k, 0) },
    ]),
  };
}

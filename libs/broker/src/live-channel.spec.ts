import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { LiveChannel } from './live-channel.js';

const LIMIT = 4;

/** A channel that is played: its consumers with their limits, and what comes to them. */
class Played {
  readonly consumers = new Map<string, number>();
  limit = LIMIT;
  /** Is done while the broker makes a consumer. */
  meanwhile = (): void => undefined;
  readonly live: LiveChannel;
  #prefetch = 0;
  #tags = 0;
  #deliveries = 0;

  constructor() {
    const channel = {
      ack: () => undefined,
      prefetch: async (count: number) => void (this.#prefetch = count),
      cancel: async (tag: string) => void this.consumers.delete(tag),
    };
    this.live = new LiveChannel(channel as unknown as ConfirmChannel, {
      prepare: () => Promise.resolve(),
      limit: () => this.limit,
      consume: async () => {
        const consumerTag = `consumer ${(this.#tags += 1)}`;
        this.consumers.set(consumerTag, this.#prefetch);
        this.meanwhile();
        return { consumerTag };
      },
    });
  }

  /** As many come to each consumer as it may have. */
  fill(): readonly ConsumeMessage[] {
    return [...this.consumers].flatMap(([consumerTag, limit]) =>
      Array.from({ length: limit }, () => {
        const fields = { deliveryTag: (this.#deliveries += 1), consumerTag };
        const message = { fields } as ConsumeMessage;
        this.live.acknowledgements.expect(message);
        return message;
      }),
    );
  }

  settle(messages: readonly ConsumeMessage[]): void {
    for (const message of messages) this.live.acknowledgements.say(message);
  }

  /** What comes, at most, to all consumers. */
  get mayCome(): number {
    return [...this.consumers.values()].reduce((sum, limit) => sum + limit, 0);
  }
}

describe('a live channel', () => {
  let played: Played;

  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    played = new Played();
    await played.live.align();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  /** What came before the consumers ended, which are wanted again. */
  const leftBehind = async (): Promise<readonly ConsumeMessage[]> => {
    const messages = played.fill();
    played.limit = 0;
    await played.live.align();
    played.limit = LIMIT;
    await played.live.align();
    return messages;
  };

  it('has no consumer while what is left behind is as much as there may be, and counts as attached', async () => {
    await leftBehind();
    expect([played.consumers.size, played.live.attached, played.live.overfull]).toEqual([0, true, false]);
  });

  it('has room for all when what is left behind is settled while a consumer is made', async () => {
    const messages = await leftBehind();
    played.settle(messages.slice(0, 1));
    played.meanwhile = () => {
      played.settle(messages.slice(1));
    };
    await played.live.align();
    expect(played.mayCome).toBe(LIMIT);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('looks for room less and less often while some is left behind, so that not each has a consumer of its own', async () => {
    const messages = await leftBehind();
    await jest.advanceTimersByTimeAsync(700);
    played.settle(messages.slice(0, 1));
    await jest.advanceTimersByTimeAsync(700);
    played.settle(messages.slice(1, 3));
    expect(played.consumers.size).toBe(0);
    await jest.advanceTimersByTimeAsync(200);
    expect([...played.consumers.values()]).toEqual([3]);
  });

  it('makes no consumer any more, and looks no more, when it has ended', async () => {
    await leftBehind();
    played.live.end();
    expect([played.live.attached, jest.getTimerCount()]).toEqual([false, 0]);
    played.limit = 2 * LIMIT;
    await played.live.align();
    expect([played.live.attached, played.consumers.size, jest.getTimerCount()]).toEqual([false, 0, 0]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { FormerQueue } from './former-queue.js';

/** A queue of the broker with its consumers, as far as a former queue sees it. */
class QueueInMemory {
  exists = true;
  messages = 0;
  /** Consumers that are not ours. */
  others = 0;
  takes = true;
  attached = false;
  unacknowledged = 0;
  removals = 0;

  former(idleMs = 0): FormerQueue {
    return new FormerQueue({
      look: async () =>
        this.exists ? { messages: this.messages, consumers: this.others + (this.attached ? 1 : 0) } : undefined,
      consumer: async () => this,
      remove: async () => {
        this.removals += 1;
        return this.messages === 0 && this.others === 0;
      },
      takes: () => this.takes,
      idleMs,
    });
  }

  async resume(): Promise<void> {
    this.attached = true;
  }

  async pause(): Promise<void> {
    this.attached = false;
  }

  stop(): Promise<void> {
    return this.pause();
  }
}

describe('a former queue', () => {
  it('is consumed while messages lie in it, and left when it is empty', async () => {
    const queue = new QueueInMemory();
    const former = queue.former(60_000);
    queue.messages = 3;
    await former.look();
    expect([former.exists, queue.attached]).toEqual([true, true]);
    queue.messages = 0;
    await former.look();
    expect([queue.attached, queue.removals]).toEqual([false, 0]);
    queue.messages = 1;
    await former.look();
    expect(queue.attached).toBe(true);
  });

  it('is removed when nothing was in it and nobody at it for long enough', async () => {
    const queue = new QueueInMemory();
    await expect(queue.former(60_000).look()).resolves.toBe('stays');
    expect(queue.removals).toBe(0);
    await expect(queue.former(0).look()).resolves.toBe('removed');
    expect(queue.removals).toBe(1);
  });

  it('stays while its messages are in our hands', async () => {
    const queue = new QueueInMemory();
    const former = queue.former();
    queue.messages = 1;
    await former.look();
    [queue.messages, queue.unacknowledged] = [0, 1];
    await expect(former.look()).resolves.toBe('stays');
    expect([queue.attached, queue.removals]).toEqual([true, 0]);
    queue.unacknowledged = 0;
    await expect(former.look()).resolves.toBe('removed');
  });

  it('stays while somebody else consumes it, and is not consumed then when it is empty', async () => {
    const queue = new QueueInMemory();
    const former = queue.former();
    queue.others = 1;
    await expect(former.look()).resolves.toBe('stays');
    expect([queue.attached, queue.removals]).toEqual([false, 0]);
  });

  it('is removed although two apps have emptied it together', async () => {
    const queue = new QueueInMemory();
    const former = queue.former();
    queue.messages = 1;
    await former.look();
    queue.messages = 0;
    queue.others = 1; // the other one, which has not looked yet
    await expect(former.look()).resolves.toBe('stays');
    expect(queue.attached).toBe(false);
    queue.others = 0;
    await expect(former.look()).resolves.toBe('removed');
  });

  it('waits anew after it was paused, or could not be removed', async () => {
    const queue = new QueueInMemory();
    const former = queue.former(20);
    await former.look();
    await new Promise((resolve) => setTimeout(resolve, 30));
    await former.pause();
    await expect(former.look()).resolves.toBe('stays');
    expect(queue.removals).toBe(0);
  });

  it('is neither consumed nor removed while the app takes nothing', async () => {
    const queue = new QueueInMemory();
    const former = queue.former();
    queue.takes = false;
    queue.messages = 1;
    await former.look();
    queue.messages = 0;
    await former.look();
    expect([queue.attached, queue.removals]).toEqual([false, 0]);
  });

  it('is forgotten when somebody else has removed it', async () => {
    const queue = new QueueInMemory();
    const former = queue.former();
    queue.messages = 1;
    await former.look();
    queue.exists = false;
    await expect(former.look()).resolves.toBe('stays');
    expect([former.exists, queue.attached]).toEqual([false, false]);
  });
});

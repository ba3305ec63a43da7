import { beforeEach, describe, expect, it } from '@jest/globals';
import { RetryAfter } from '#libs/consumer';
import { Traffic } from './traffic.js';

const SIGNAL = new AbortController().signal;

describe('traffic', () => {
  let now: number;
  let traffic: Traffic;

  beforeEach(() => {
    now = 0;
  });

  const open = (set: { all?: number; byDomain?: Record<string, number>; connections?: number }): void => {
    const { all = null, byDomain = {}, connections = 4 } = set;
    const rates = { all, byDomain: new Map(Object.entries(byDomain)) };
    traffic = new Traffic({ rates, connections, now: () => now });
  };
  /** Milliseconds that a mail was put off for, or how it leaves. */
  const enter = async (
    to: string | string[],
    run = 1,
    signal: AbortSignal = SIGNAL,
  ): Promise<number | (() => void)> => {
    try {
      const leave = await traffic.enter({ run, signal }, [to].flat());
      return () => {
        leave(true);
      };
    } catch (error) {
      if (error instanceof RetryAfter) return error.delayMs;
      throw error;
    }
  };
  const IN = expect.any(Function);

  it('lets mails go at once where nothing is set', async () => {
    open({ connections: 101 });
    for (let count = 0; count < 100; count += 1) expect(await enter('a@x.org')).toEqual(IN);
  });

  it('waits in place for the rate of all mails', async () => {
    traffic = new Traffic({ rates: { all: 50, byDomain: new Map() }, connections: 7 });
    const began = performance.now();
    await Promise.all(Array.from({ length: 6 }, () => enter('a@x.org')));
    expect(performance.now() - began).toBeGreaterThan(90);
  });

  it('lets no more mails go at once than there are connections, and the next in turn', async () => {
    open({});
    const leave = await Promise.all(['a', 'b', 'c', 'd'].map((name) => enter(`${name}@${name}.org`)));
    const order: string[] = [];
    const waiting = ['e', 'f'].map(async (name) => {
      const left = await enter(`${name}@x.org`);
      order.push(name);
      return left;
    });
    await enter('g@y.org', 1, AbortSignal.abort(new Error('cancelled'))).catch(() => order.push('g'));
    expect(order).toEqual(['g']);
    for (const done of leave) if (typeof done === 'function') done();
    expect(await Promise.all(waiting)).toEqual([IN, IN]);
    expect(order).toEqual(['g', 'e', 'f']);
  });

  it('gives the connection that a cancelled job waits for to the next', async () => {
    open({});
    const [leave] = await Promise.all(['a', 'b', 'c', 'd'].map((name) => enter(`${name}@${name}.org`)));
    const job = new AbortController();
    const cancelled = enter('e@x.org', 1, job.signal);
    const next = enter('f@x.org');
    job.abort(new Error('cancelled'));
    await expect(cancelled).rejects.toThrow('cancelled');
    if (typeof leave === 'function') leave();
    expect(await next).toEqual(IN);
  });

  it('puts a mail off that waited for a connection while its domain became crowded', async () => {
    open({});
    const [, , leave] = await Promise.all(['a@slow.org', 'b@slow.org', 'c@x.org', 'd@x.org'].map((to) => enter(to)));
    const waiting = enter('e@slow.org');
    const behind = enter('f@x.org');
    now = 5_000;
    if (typeof leave === 'function') leave();
    expect([await waiting, await behind]).toEqual([10_000, IN]);
  });

  it('stops waiting when its job is to stop', async () => {
    open({ all: 0.1 });
    await enter('a@x.org');
    const job = new AbortController();
    const entered = traffic.enter({ run: 1, signal: job.signal }, ['b@x.org']);
    job.abort(new Error('cancelled'));
    await expect(entered).rejects.toThrow();
  });

  it('puts mails to a domain off for as long as its rate wants, each behind those before', async () => {
    open({ byDomain: { 'x.org': 0.5 } });
    expect(await enter('a@x.org')).toEqual(IN);
    expect([await enter('a@x.org'), await enter('b@X.org')]).toEqual([2_000, 4_000]);
    expect(await enter('a@y.org')).toEqual(IN);
    now = 2_000;
    expect(await enter('c@x.org')).toBe(4_000);
    expect(await enter('a@x.org', 2)).toEqual(IN);
    now = 4_100;
    expect(await enter('b@x.org', 2)).toEqual(IN);
  });

  it('puts a mail off again that comes back when others have its time', async () => {
    open({ byDomain: { 'x.org': 0.5 } });
    await enter('a@x.org');
    await enter('a@x.org');
    now = 3_600_000;
    await enter('b@x.org');
    expect(await enter('a@x.org', 2)).toBe(2_000);
  });

  it('holds every domain without a rate of its own to that of *, each for itself', async () => {
    open({ byDomain: { '*': 0.5, 'fast.org': 1_000 } });
    expect([await enter('a@x.org'), await enter('a@y.org'), await enter('a@fast.org')]).toEqual([IN, IN, IN]);
    expect([await enter('b@x.org'), await enter('b@y.org'), await enter('b@fast.org')]).toEqual([2_000, 2_000, IN]);
  });

  it('keeps to the rate of a domain also when its mails had to wait for a connection', async () => {
    open({ byDomain: { 'x.org': 0.5 }, connections: 1 });
    const leave = await enter('a@y.org');
    const waiting = enter('b@x.org');
    now = 60_000;
    if (typeof leave === 'function') leave();
    const left = await waiting;
    if (typeof left === 'function') left();
    expect([left, await enter('c@x.org')]).toEqual([IN, 2_000]);
  });

  it('counts a mail to several domains in each of them', async () => {
    open({ byDomain: { 'x.org': 0.5 } });
    expect(await enter(['a@y.org', 'a@x.org', 'b@x.org'])).toEqual(IN);
    expect(await enter('c@x.org')).toBe(2_000);
  });

  it('leaves one connection to the rest until a mail to the domain has gone quickly', async () => {
    open({});
    const burst = await Promise.all(['a', 'b', 'c', 'd'].map((name) => enter(`${name}@x.org`)));
    expect(burst).toEqual([IN, IN, IN, 1_000]);
    const other = await enter('a@y.org');
    if (typeof other === 'function') other();
    now = 1_000;
    if (typeof burst[0] === 'function') burst[0]();
    expect([await enter('d@x.org', 2), await enter('e@x.org')]).toEqual([IN, IN]);
  });

  it('learns nothing of a domain by a mail that was given up before it left', async () => {
    open({ all: 50 });
    const other = await enter('a@y.org');
    const job = new AbortController();
    const given = enter('a@x.org', 1, job.signal);
    job.abort(new Error('cancelled'));
    await expect(given).rejects.toThrow();
    if (typeof other === 'function') other();
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((name) => enter(`${name}@x.org`)))).toEqual([IN, IN, IN, 1_000]);
  });

  it('learns nothing of a domain by a mail that the server did not take', async () => {
    open({});
    const leave = await traffic.enter({ run: 1, signal: SIGNAL }, ['a@x.org']);
    leave(false);
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((name) => enter(`${name}@x.org`)))).toEqual([IN, IN, IN, 1_000]);
  });

  it('lets the mails of an unknown domain wait for a connection where there is a single one', async () => {
    open({ connections: 1 });
    const leave = await enter('a@x.org');
    const next = enter('b@x.org');
    if (typeof leave === 'function') leave();
    expect(await next).toEqual(IN);
  });

  it('leaves half of the connections to the rest when mails to one domain are held up', async () => {
    open({});
    const leave = await enter('a@slow.org');
    await enter('b@slow.org');
    expect(await enter('c@slow.org')).toEqual(IN);
    now = 5_000;
    expect(await enter('d@slow.org')).toBe(10_000);
    expect(await enter('a@x.org')).toEqual(IN);
    if (typeof leave === 'function') leave();
    expect(await enter('d@slow.org', 2)).toEqual(12_500);
  });

  it('remembers for a while that a domain was slow, and forgets it when a mail goes quickly', async () => {
    open({});
    const burst = await Promise.all(['a', 'b', 'c', 'd'].map((name) => enter(`${name}@slow.org`)));
    now = 60_000;
    for (const leave of burst) if (typeof leave === 'function') leave();
    const quick = await enter('a@slow.org');
    await enter('b@slow.org');
    expect([await enter('c@slow.org'), await enter('a@x.org')]).toEqual([10_000, IN]);
    now = 60_100;
    if (typeof quick === 'function') quick();
    expect([await enter('c@slow.org'), await enter('d@slow.org')]).toEqual([IN, IN]);
  });

  it('gives a domain that was slow all connections but one again after a minute', async () => {
    open({});
    const slow = await enter('a@slow.org');
    now = 5_000;
    if (typeof slow === 'function') slow();
    now = 65_001;
    for (const name of ['a', 'b', 'c']) expect(await enter(`${name}@slow.org`)).toEqual(IN);
  });
});

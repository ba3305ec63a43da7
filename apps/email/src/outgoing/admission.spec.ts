import { describe, expect, it } from '@jest/globals';
import { Standstill } from '#libs/consumer';
import { Admission } from './admission.js';

const NEVER = new AbortController().signal;

describe('Admission', () => {
  it('has a login proven once, whoever waits for it', async () => {
    let tries = 0;
    const admission = new Admission(async () => void (tries += 1));
    await Promise.all([admission.wait(NEVER), admission.wait(NEVER)]);
    await admission.wait(NEVER);
    expect(tries).toBe(1);
  });

  it('tries no login again before the pause is over, and one then', async () => {
    let [now, tries] = [0, 0];
    const refusal = new Standstill('wrong password', '1m');
    const admission: Admission = new Admission(
      async () => {
        tries += 1;
        if (tries > 1) return;
        admission.refuse(refusal);
        throw refusal;
      },
      () => now,
    );
    const refused = await Promise.allSettled([admission.wait(NEVER), admission.wait(NEVER)]);
    expect(refused).toEqual(Array(2).fill({ status: 'rejected', reason: refusal }));
    now = 59_999;
    await expect(admission.wait(NEVER)).rejects.toBe(refusal);
    expect(tries).toBe(1);
    now = 60_000;
    await admission.wait(NEVER);
    expect(tries).toBe(2);
  });

  it('tries again at once when something else kept the login from being proven', async () => {
    let tries = 0;
    const admission = new Admission(async () => {
      tries += 1;
      if (tries === 1) throw new Error('unreachable');
    });
    await expect(admission.wait(NEVER)).rejects.toThrow('unreachable');
    await admission.wait(NEVER);
    expect(tries).toBe(2);
  });

  it('ends with the reason of the signal', async () => {
    const job = new AbortController();
    const waiting = new Admission(() => new Promise(() => undefined)).wait(job.signal);
    job.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
  });
});

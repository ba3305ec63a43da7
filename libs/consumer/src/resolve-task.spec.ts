import { describe, expect, it } from '@jest/globals';
import { IsInt, IsOptional, IsString } from 'class-validator';
import { exponential } from '#libs/contracts';
import { Secret } from './field-notes.js';
import { resolveTask } from './resolve-task.js';
import { type StartOptions, type TaskOptions } from './task-decorators.js';

class Charge {
  @IsInt()
  amount!: number;

  @Secret()
  @IsOptional()
  @IsString()
  card?: string;
}

const TERMS = { domain: 'billing', ackTimeoutMs: 1_800_000 };
const resolve = (options: Partial<TaskOptions> = {}, controllerOptions = {}): ReturnType<typeof resolveTask> =>
  resolveTask(
    {
      domain: 'billing',
      name: 'charge-card',
      options: { payload: Charge, ...options },
      controllerOptions,
      place: 'Billing.charge',
    },
    TERMS,
  );

describe('resolving a task', () => {
  it('puts in the suite’s defaults', async () => {
    expect((await resolve()).announcement).toMatchObject({
      name: 'billing.charge-card',
      description: 'Charge card',
      defaults: { maxAttempts: 5, timeoutMs: 300_000, priority: 4, backoff: { type: 'exponential', delayMs: 1_000 } },
      maxTimeoutMs: 300_000,
      example: null,
      schema: { additionalProperties: false, properties: { card: { writeOnly: true } } },
    });
  });

  it('takes the task’s own options before its controller’s', async () => {
    const { announcement } = await resolve({ timeout: '30s', priority: 'high' }, { timeout: '2m', maxAttempts: 2 });
    expect(announcement?.defaults).toMatchObject({ timeoutMs: 30_000, priority: 6, maxAttempts: 2 });
  });

  it('gives the same hash for the same schema and defaults, and another for others', async () => {
    const hashes = await Promise.all(
      [{}, { description: 'Other words' }, { maxAttempts: 6 }].map(
        async (options) => (await resolve(options)).announcement?.hash,
      ),
    );
    expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  it('adds what the app finds out when it starts', async () => {
    const schema = { properties: { amount: { maximum: 500 } } };
    const atStart = async (): Promise<StartOptions> => ({ schema, example: { amount: 400 } });
    const { announcement } = await resolve({ atStart, example: { amount: 600 } });
    expect(announcement).toMatchObject({
      schema: { additionalProperties: false, allOf: [schema] },
      example: { amount: 400 },
    });
    const found = await resolve({ atStart, example: undefined });
    expect(found.announcement?.hash).not.toBe((await resolve()).announcement?.hash);
  });

  it.each<[string, Partial<TaskOptions>, string]>([
    ['a time-out that is none', { timeout: 'soon' }, 'timeout is "soon"; use milliseconds'],
    ['a time-out above its most', { timeout: '10m', maxTimeout: '5m' }, 'raise maxTimeout or lower timeout'],

    ['one over the margin', { timeout: 1_500_001 }, 'timeout is 1500001 ms and must stay 5 minutes under'],
    [
      'a longest time-out over the margin',
      { maxTimeout: '26m' },
      'maxTimeout is 1560000 ms and must stay 5 minutes under BROKER_ACK_TIMEOUT, which is 1800000 ms; lower it to ' +
        '1500000 ms, or raise consumer_timeout of the broker and BROKER_ACK_TIMEOUT.',
    ],
    ['no attempts', { maxAttempts: 0 }, 'maxAttempts is 0; set it to 1 to 100'],
    ['a priority over 9', { priority: 10 }, 'priority is 10; set it to 0 to 9, or low, normal, high, critical'],
    ['a payload limit over 8 MiB', { maxPayload: 9_000_000 }, 'maxPayload is 9000000 bytes'],
    ['jitter over 1', { backoff: exponential('1s', { jitter: 2 }) }, "use exponential('1s') or fixed('1s')"],
    [
      'an example that does not fit what was found at the start',
      { atStart: async () => ({ schema: { properties: { amount: { maximum: 5 } } }, example: { amount: 6 } }) },
      'by its JSON Schema, payload.amount must be <= 5',
    ],
    [
      'what cannot be found out at the start',
      { atStart: async () => Promise.reject(new Error('The folder is gone')) },
      'The folder is gone.',
    ],
    ['a wrong example', { example: { amount: 'much' } }, 'by its JSON Schema, payload.amount must be integer'],
  ])('refuses %s', async (_what, options, sentence) => {
    const { announcement, problems } = await resolve(options);
    expect(announcement).toBeUndefined();
    expect(problems.join('\n')).toContain(sentence);
    expect(problems.every((problem) => problem.startsWith('Billing.charge: '))).toBe(true);
  });

  it('takes a time-out exactly 5 minutes under the broker’s', async () => {
    expect((await resolve({ maxTimeout: '25m' })).announcement?.maxTimeoutMs).toBe(1_500_000);
  });
});

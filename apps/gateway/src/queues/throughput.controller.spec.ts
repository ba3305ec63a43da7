import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type History, type QueueHistory } from '../ledger/history-store.js';
import { MinuteStore } from '../ledger/queue-counts.js';
import { type Answer, Client } from '../testing/client.js';
import { type RealEdge, startRealEdge } from '../testing/real-edge.js';

describe('the throughput of queues', () => {
  let edge: RealEdge;
  let client: Client;
  beforeAll(async () => {
    edge = await startRealEdge();
    client = new Client(edge.url);
    await edge.announce([{}]);
  }, 30_000);
  afterAll(() => edge.stop());
  beforeEach(() => edge.database.query('TRUNCATE queue_minutes, queue_quarters'));

  /** Notes that so many jobs of the queue have ended so many minutes ago, over two connections. */
  const ended = async (minutesAgo: number, completed: number, failed: number): Promise<void> => {
    await edge.database.query(
      `INSERT INTO queue_minutes (queue, minute, counter, completed, failed)
       VALUES ('demo', date_trunc('minute', now()) - $1 * interval '1 minute', 1, $2, 0),
              ('demo', date_trunc('minute', now()) - $1 * interval '1 minute', 2, 0, $3)`,
      [minutesAgo, completed, failed],
    );
  };
  const over = (span: string): Promise<Answer<History>> => client.get<History>(`/v1/throughput?over=${span}`);
  const demo = ({ json }: Answer<History>): QueueHistory | undefined => json.queues.find(({ name }) => name === 'demo');
  const sum = (numbers: readonly number[] = []): number => numbers.reduce((total, one) => total + one, 0);

  it('is told by the minute over an hour, the minute that goes on last', async () => {
    await ended(0, 3, 0);
    await ended(10, 5, 2);
    await ended(70, 100, 0);
    const answer = await over('hour');
    const { completed = [], failed = [], cancelled = [] } = demo(answer) ?? {};
    expect([completed.length, completed[59], completed[49], failed[49], sum(completed)]).toEqual([60, 3, 5, 2, 8]);
    expect([answer.json.stepMs, sum(cancelled)]).toEqual([60_000, 0]);
  });

  it('is told by the quarter of an hour over a day, also of what has been folded, and of nothing older', async () => {
    await ended(5, 1, 0);
    await ended(90, 20, 3);
    await ended(23 * 60, 7, 0);
    await ended(26 * 60, 1_000, 0);
    const before = demo(await over('day'));
    await new MinuteStore(edge.database).fold();
    const after = demo(await over('day'));
    expect(after).toEqual(before);
    expect([after?.completed.length, sum(after?.completed), sum(after?.failed)]).toEqual([96, 28, 3]);
    expect(await edge.database.query("SELECT FROM queue_quarters WHERE quarter < now() - interval '25 hours'")).toEqual(
      [],
    );
  });

  it('is told over an hour or a day', async () => {
    expect((await over('week')).status).toBe(422);
    expect((await client.get<History>('/v1/throughput')).json.stepMs).toBe(60_000);
  });
});

import { type BenchSuite } from '../bench-suite.js';
import { sumsOf } from '../costs.js';
import { DatabaseCounts } from '../database-counts.js';
import { type Effort } from '../effort.js';
import { type Question, roundRobin, rowsOf, type Sample } from '../question.js';
import { atWork, type QueueSystem, type Way } from '../rivals/queue-system.js';
import { withSystems } from '../rivals/systems.js';
import { readsAndWrites } from '../usage.js';

const CONCURRENCY = 50;
const BALLAST = 'x'.repeat(300);

/** What a job makes of system calls in all programs together, and of transactions, log and syncs in the database. */
export const systemCalls: Question = {
  title: `System calls that read or write, for a no-op job of a pipeline, concurrency ${CONCURRENCY}`,
  ...{ unit: 'calls', better: 'less' },
  ask: (suite, effort) =>
    withSystems(suite, { concurrency: CONCURRENCY, settleMs: effort.settleMs }, async (systems) => {
      const contenders = systems.flatMap((system) =>
        Object.entries(system.ways).map(
          ([name, way]) => [`${system.name}, ${name}`, () => counted(suite, system, way, effort)] as const,
        ),
      );
      return rowsOf(await roundRobin(Object.fromEntries(contenders), effort.runs), []);
    }),
};

async function counted(suite: BenchSuite, system: QueueSystem, way: Way, { jobs, settleMs }: Effort): Promise<Sample> {
  const payloads = Array.from({ length: jobs }, () => ({ ballast: BALLAST }));
  const database = 'postgres' in system.processes ? new DatabaseCounts(suite.database.url, settleMs) : undefined;
  return atWork(system, async () => {
    const ended = await system.expect(jobs);
    await database?.begin();
    const before = sumsOf(system.processes, readsAndWrites);
    await way(payloads);
    await ended();
    const after = sumsOf(system.processes, readsAndWrites);
    const calls = Object.keys(after).map((name) => [name, ((after[name] ?? 0) - (before[name] ?? 0)) / jobs] as const);
    return {
      value: calls.reduce((sum, [, count]) => sum + count, 0),
      also: { ...Object.fromEntries(calls), ...(await database?.per('job', jobs)) },
    };
  });
}

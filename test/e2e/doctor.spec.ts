import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callManagement } from '../../tools/local-nodes/management-api.js';
import { LAB_MAIN, PROJECT } from '../../tools/project/app-list.js';
import { eventually } from '../support/eventually.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

const START_PATIENCE_MS = 90_000;
const TEST_MS = 60_000;
const PROGRAM = join(PROJECT, 'dist', 'tools', 'doctor', 'main.js');

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

describe('npm run doctor', () => {
  let suite: TestSuite;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'] });
    const { PATH, HOME, TMPDIR } = process.env;
    env = {
      ...{ PATH, HOME, TMPDIR },
      RABBITMQ_URL: suite.servers.rabbitmqUrl,
      RABBITMQ_MANAGEMENT_URL: suite.servers.broker.managementUrl,
      DATABASE_URL: suite.servers.databaseUrl,
      STORAGE_URL: pathToFileURL(join(suite.dataFolder, 'files')).href,
      BROKER_ACK_TIMEOUT: '12h',
    };
  }, START_PATIENCE_MS);

  afterAll(() => suite.stop(), START_PATIENCE_MS);

  const doctor = (changes: NodeJS.ProcessEnv = {}): Promise<Ended> => run(PROGRAM, { ...env, ...changes });
  const toMend = ({ output }: Ended): string[] => output.split('\n').filter((line) => line.startsWith('mend'));
  const manage = async (method: string, path: string, body?: unknown): Promise<void> => {
    const { ok, status } = await callManagement(suite.servers.broker, method, `/api/${path}`, body);
    if (!ok) throw new Error(`${method} ${path}: ${status}`);
  };

  it(
    'ends with 0 where all is as declared, and says one line of each thing that it has looked at',
    async () => {
      // Figures of the management API come a few seconds after the facts.
      let last: Ended | undefined;
      const look = async (): Promise<Ended | undefined> => {
        last = await doctor();
        return last.code === 0 ? last : undefined;
      };
      const well = await eventually('suite without findings', look, () => last);
      expect(toMend(well)).toEqual([]);
      const checks = well.output.split('\n').map((line) => /^(\w+) +([^:]+):/.exec(line)?.slice(1, 3));
      expect(checks).toEqual([
        ['good', 'broker version'],
        ['good', 'broker alarms'],
        ['unknown', 'acknowledgement time-out'],
        ['good', 'queue types'],
        ['good', 'priorities'],
        ...['exchanges, queues and bindings', 'queue arguments', 'dead-letter routes', 'policies', 'consumers'].map(
          (check) => ['good', check],
        ),
        ['good', 'unroutable messages'],
        ...['ledger schema', 'long transactions', 'clocks', 'storage'].map((check) => ['good', check]),
      ]);
    },
    TEST_MS,
  );

  it(
    'ends with 1 and names what to mend when things are otherwise',
    async () => {
      const { id } = suite.servers;
      const definition = { 'message-ttl': 86_400_000, 'consumer-timeout': 60_000 };
      await manage('PUT', `policies/${id}/tidy`, {
        pattern: '^leveret\\.lab\\.',
        definition,
        'apply-to': 'queues',
      }).catch(
        // Brokers before 3.12 know no time-out of a queue.
        () =>
          manage('PUT', `policies/${id}/tidy`, {
            pattern: '^leveret\\.lab\\.',
            definition: { 'message-ttl': 86_400_000 },
            'apply-to': 'queues',
          }),
      );
      await manage('DELETE', `bindings/${id}/e/leveret.dead/q/leveret.lab.dead/${encodeURIComponent('lab.#')}`);
      await suite.servers.query('DROP INDEX outbox_by_job');
      await suite.servers
        .query(`INSERT INTO workers (domain, id, app_version, concurrency, runs, seq, clock_behind_ms, storage)
         VALUES ('lab', 'lab@planted', '1.0.0', 1, '[]', 1, 5000, '5e0b8a3c-7d52-4c1e-9f64-1f2f4f0f6a11')`);
      const found = await eventually('findings', async () => {
        const ended = await doctor({ QUEUE_TYPE: 'quorum' });
        return ended.output.includes('policies: The policy tidy') ? ended : undefined;
      });
      expect(found.code).toBe(1);
      const lines = toMend(found).join('\n');
      for (const planted of [
        /queue types: Apps of lab work on classic queues, and QUEUE_TYPE of the gateway is quorum/,
        /The binding of leveret\.lab\.dead to leveret\.dead with the key "lab\.#" is missing/,
        /policies: The policy tidy sets message-ttl = 86400000.* on leveret\.lab\.classic-1/,
        /ledger schema: The index outbox_by_job is missing/,
        /clocks: The clock of lab@planted is 5 s behind/,
        /storage: lab@planted keeps files in another place/,
      ]) {
        expect(lines).toMatch(planted);
      }
      expect(found.output).not.toMatch(/secret|password/i);
    },
    TEST_MS,
  );

  it('keeps an app from starting whose task could outlast the broker, and names the setting', async () => {
    const { code, output } = await run(LAB_MAIN, { ...env, BROKER_ACK_TIMEOUT: '14m' });
    expect(code).toBe(1);
    expect(output).toContain('must stay 5 minutes under BROKER_ACK_TIMEOUT, which is 840000 ms');
    expect(output).toContain('raise consumer_timeout of the broker and BROKER_ACK_TIMEOUT');
  });

  it('says what is missing when it is told of no suite', async () => {
    const { code, output } = await run(PROGRAM, { PATH: env['PATH'] }, '--data', join(suite.dataFolder, 'none'));
    expect(code).toBe(2);
    expect(output).toContain('No suite runs in');
  });
});

async function run(main: string, env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { env, cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output.trim() };
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileReference, type Job } from '#libs/contracts';
import { Leveret } from '#libs/sdk';
import { identify } from '../../tools/processes/process-identity.js';
import { type RunFacts } from '../../tools/start/run-file.js';
import { Launcher, processesWith } from '../support/launcher.js';
import { testEnvironment } from '../support/test-environment.js';

const PATIENCE_MS = 180_000;
const MEDIA_ALONE = ['--only', 'media'];

interface Photo {
  readonly variants: readonly { readonly file: FileReference & { readonly url: string } }[];
}

describe('npm start', () => {
  let data: string;
  let launcher: Launcher;
  let first: RunFacts;
  let demonstration: Job;

  const demonstrations = async ({ url, apiKey }: RunFacts): Promise<readonly Job[]> =>
    (await new Leveret({ url, apiKey }).jobs.list({ task: 'media.process-image' }).page()).data;

  const nothingRuns = (facts: RunFacts): void => {
    const pids = Object.values(facts.pids).flatMap((list) => list ?? []);
    expect(pids.map(identify).filter((process) => process !== undefined)).toEqual([]);
    expect(processesWith(data)).toEqual([]);
  };

  beforeAll(async () => {
    data = await mkdtemp(join(testEnvironment().folder, 'start-'));
  });

  afterAll(async () => {
    launcher.signal('SIGINT');
    await launcher.ended;
  }, PATIENCE_MS);

  it(
    'brings everything up and tells where it is in a file for its owner alone',
    async () => {
      launcher = new Launcher(data, '--port', '0', ...MEDIA_ALONE);
      first = await launcher.running();
      expect(first).toMatchObject({
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        apiKey: expect.stringMatching(/^\S{24,}$/),
        rabbitmqUrl: expect.stringMatching(/^amqp:/),
        managementUrl: expect.stringMatching(/^http:/),
        databaseUrl: expect.stringMatching(/^postgres:/),
        healthUrls: { gateway: [first.url], media: [expect.stringMatching(/^http:/)] },
        pids: {
          start: [launcher.pid],
          gateway: [expect.any(Number)],
          media: [expect.any(Number)],
          rabbitmq: [expect.any(Number)],
          postgres: [expect.any(Number)],
        },
      });
      expect(statSync(join(data, 'run.json')).mode & 0o777).toBe(0o600);
      const addresses = Object.values(first.healthUrls).flat();
      const health = await Promise.all(addresses.map((address) => fetch(`${address}/health/ready`)));
      expect(health.map(({ status }) => status)).toEqual(addresses.map(() => 200));
    },
    PATIENCE_MS,
  );

  it(
    'runs a demonstration whose files are on disk and behind links',
    async () => {
      await launcher.welcomed();
      const [job, ...others] = await demonstrations(first);
      expect(others).toEqual([]);
      expect(job).toMatchObject({ status: 'completed', attempt: 1, progress: { percent: 100 } });
      demonstration = job as Job;
      const { variants } = demonstration.result as Photo;
      expect(variants.length).toBeGreaterThanOrEqual(3);
      for (const { file } of variants) {
        const path = join(data, 'files', 'outputs', file.key);
        expect(statSync(path).size).toBeGreaterThanOrEqual(file.size);
        expect(launcher.output).toContain(path);
        const content = new Uint8Array(await (await fetch(file.url)).arrayBuffer());
        expect(createHash('sha256').update(content).digest('hex')).toBe(file.sha256);
      }
    },
    PATIENCE_MS,
  );

  it(
    'refuses a data folder that is in use, and names the process that has it',
    async () => {
      const second = new Launcher(data, '--port', '0', ...MEDIA_ALONE);
      expect(await second.ended).toBe(1);
      expect(second.output.trim()).toMatch(
        new RegExp(`(?:^|\\n)Leveret already runs on this data folder, as process ${launcher.pid}\\.`),
      );
    },
    PATIENCE_MS,
  );

  it(
    'refuses a port that is taken, with one message',
    async () => {
      const { port } = new URL(first.url);
      const second = new Launcher(await mkdtemp(join(testEnvironment().folder, 'start-')), '--port', port);
      expect(await second.ended).toBe(1);
      expect(second.output.trim()).toMatch(new RegExp(`(?:^|\\n)Port ${port} is in use by another program\\..*$`));
    },
    PATIENCE_MS,
  );

  it(
    'drains and leaves no process behind when it is interrupted',
    async () => {
      launcher.signal('SIGINT');
      expect(await launcher.ended).toBe(0);
      expect(existsSync(join(data, 'run.json'))).toBe(false);
      nothingRuns(first);
    },
    PATIENCE_MS,
  );

  it(
    'goes on where it stopped, also after it was killed',
    async () => {
      launcher = new Launcher(data, '--port', '0', '--no-demo', ...MEDIA_ALONE);
      const second = await launcher.running();
      expect(second.apiKey).toBe(first.apiKey);
      expect(await demonstrations(second)).toMatchObject([{ id: demonstration.id, version: demonstration.version }]);

      launcher.signal('SIGKILL');
      expect(await launcher.ended).toBe('SIGKILL');
      launcher = new Launcher(data, '--port', '0', '--no-demo', ...MEDIA_ALONE);
      const third = await launcher.running();
      expect(await demonstrations(third)).toMatchObject([{ id: demonstration.id, version: demonstration.version }]);

      launcher.signal('SIGINT');
      expect(await launcher.ended).toBe(0);
      nothingRuns(second);
      nothingRuns(third);
    },
    PATIENCE_MS,
  );
});

import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appNames } from '../../tools/new-app/app-names.js';
import { writeApp } from '../../tools/new-app/write-app.js';
import { PROJECT } from '../../tools/project/app-list.js';
import { OutsideProject } from '../support/outside-project.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite } from '../support/test-suite.js';
import { testEnvironment } from '../support/test-environment.js';

const APP = 'order-mails';
const COPIED = ['deploy', 'libs', 'test/support', 'apps/gateway/src/topology/domains.ts'];
const COPIED_FILES = [
  ...['package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', 'Dockerfile', 'docker-compose.yml'],
  ...['eslint.config.mjs', 'jest.config.mjs', '.dependency-cruiser.cjs', '.prettierrc.json', '.prettierignore'],
];
const STEPS_MS = 180_000;

describe('npm run new:app', () => {
  /** A clone with what an app needs, and no other app. */
  let clone: string;
  let written: readonly string[];

  beforeAll(async () => {
    clone = await mkdtemp(join(testEnvironment().folder, 'clone-'));
    for (const path of [...COPIED, ...COPIED_FILES]) {
      await cp(join(PROJECT, path), join(clone, path), { recursive: true });
    }
    await symlink(join(PROJECT, 'node_modules'), join(clone, 'node_modules'));
    written = await writeApp(clone, appNames(APP));
  }, STEPS_MS);

  afterAll(() => rm(clone, { recursive: true, force: true }));

  const program = async (name: string, ...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules' };
    const main = join(PROJECT, 'node_modules', '.bin', name);
    const { stdout, stderr } = await promisify(execFile)(main, args, { cwd: clone, env });
    return stdout + stderr;
  };

  it(
    'writes what the gate takes: formatted, without a finding, tested',
    async () => {
      const [tested] = await Promise.all([
        program('jest', '--selectProjects', 'unit', '--testPathPatterns', `apps/${APP}`),
        program('eslint', '--max-warnings', '0', `apps/${APP}`),
        program('depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'err', `apps/${APP}`),
        program('prettier', '--check', ...written.filter((file) => file !== 'Dockerfile')),
      ]);
      expect(tested).toContain('1 passed');
    },
    STEPS_MS,
  );

  it(
    'makes an app that runs jobs beside a gateway that knows nothing of it',
    async () => {
      await writeFile(
        join(clone, 'tsconfig.app.json'),
        JSON.stringify({ extends: './tsconfig.json', files: [`apps/${APP}/src/main.ts`], include: [] }),
      );
      await program('tsc', '-p', 'tsconfig.app.json');
      await expect(resultIn(clone, `${APP}.say-hello`, { name: 'Ada' })).resolves.toEqual({ greeting: 'Hello, Ada!' });
    },
    STEPS_MS,
  );
});

/** An error of the kit has to be one of the package. */
const TEST_OF_A_HANDLER = `
  import 'reflect-metadata';
  import { PermanentError } from 'leveret-consumer';
  import { jobInMemory } from 'leveret-consumer/testing';
  const { context, progress } = jobInMemory();
  await context.progress(50, 'half');
  const error = await context.files.open({ key: 'default/none' }).catch((thrown) => thrown);
  console.log([progress[0].message, error instanceof PermanentError && error.code].join(', '));
`;

describe('the package leveret-consumer', () => {
  it(
    'is all that an app outside of the tree needs',
    async () => {
      const project = new OutsideProject(await mkdtemp(join(testEnvironment().folder, 'outside-')));
      await project.install();
      const { imported, declared } = await project.needs();
      expect(imported.filter((name) => !(name in declared))).toEqual([]);
      const { dependencies } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
        dependencies: Record<string, string>;
      };
      for (const [name, version] of Object.entries(declared))
        expect([name, version]).toEqual([name, dependencies[name]]);
      await project.build('own-app.ts', 'translations');
      await expect(resultIn(project.folder, 'translations.translate', { text: 'hello world' })).resolves.toEqual({
        text: 'bonjour monde',
      });
      await expect(project.printed(TEST_OF_A_HANDLER)).resolves.toBe('half, file_not_found');
    },
    STEPS_MS,
  );
});

/** What comes of a job of an app that is built elsewhere. */
async function resultIn(folder: string, task: string, payload: unknown): Promise<unknown> {
  const [app = ''] = task.split('.');
  const suite = await startSuite({ apps: [app], buildOf: (name) => (name === app ? folder : PROJECT) });
  try {
    const jobs = new SuiteJobs(suite);
    const { id } = await jobs.enqueue(task, payload);
    return (await jobs.completed(id)).result;
  } finally {
    await suite.stop();
  }
}

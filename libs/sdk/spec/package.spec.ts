import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Act, event, json, ScriptedGateway, stream } from './scripted-gateway.js';

const run = promisify(execFile);
const SDK = join(import.meta.dirname, '..');
const TSC = join(SDK, '../../node_modules/typescript/bin/tsc');

const VIDEO = {
  name: 'media.process-video',
  description: 'Transcodes a video.',
  schema: {
    type: 'object',
    required: ['id', 'format'],
    additionalProperties: false,
    properties: {
      id: { type: 'string', description: "A file's key" },
      format: { enum: ['480p', '720p', '1080p'] },
      watermark: { anyOf: [{ type: 'boolean' }, { type: 'string' }] },
    },
  },
};
const JOB = { id: '0197f6a0-1111-7000-8000-000000000000', task: VIDEO.name };
const STATE = { jobId: JOB.id, attempt: 1, nextAttemptAt: null, cancelRequestedAt: null, error: null };

const PROGRAM = `
import { InvalidRequestError, type JobUpdate, Leveret } from 'leveret-sdk';
import { fileAt } from 'leveret-sdk/node';

declare const process: { readonly env: Record<string, string | undefined> };
const id = 'default/0197';

// The lines of the documentation, as they stand.
const leveret = new Leveret(process.env['LEVERET_API_KEY']);
const job = await leveret.worker.enqueue({ task: 'process-video', payload: { id, format: '1080p', watermark: true } });
const updates: JobUpdate['status'][] = [];
for await (const update of leveret.jobs.watch(job.id)) updates.push(update.status);
const result = await leveret.jobs.result<{ url: string }>(job.id, { timeout: '5m' });

export async function refusedByTheCompiler(): Promise<void> {
  // @ts-expect-error -- no such task
  await leveret.worker.enqueue({ task: 'process-vidoe', payload: { id, format: '1080p' } });
  // @ts-expect-error -- no such format
  await leveret.worker.enqueue({ task: 'media.process-video', payload: { id, format: '1081p' } });
  // @ts-expect-error -- a field is missing
  await leveret.worker.enqueue({ task: 'media.process-video', payload: { format: '1080p' } });
  // @ts-expect-error -- the payload is missing
  await leveret.worker.enqueue({ task: 'media.process-video' });
  // @ts-expect-error -- no such field
  await leveret.worker.enqueue({ task: 'media.process-video', payload: { id, format: '720p', colour: 'red' } });
  // @ts-expect-error -- no such option
  await leveret.worker.enqueue({ task: 'media.process-video', payload: { id, format: '720p' }, prio: 1 });
  // @ts-expect-error -- another's payload
  await leveret.schedules.create({ name: 'nightly', cron: '0 3 * * *', task: 'media.process-video', payload: {} });
}

const file = await fileAt('program.ts', 'text/plain');
console.log(JSON.stringify({ id: job.id, updates, result, file: file.name, error: typeof InvalidRequestError }));
`;

describe('the package leveret-sdk', () => {
  let folder: string;
  let app: string;
  let packed: readonly string[];
  let gateway: ScriptedGateway;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leveret-sdk-'));
    app = join(folder, 'app');
    gateway = await ScriptedGateway.start(answer);
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: SDK });
    const [{ filename, files }] = packsIn(stdout);
    packed = files.map(({ path }) => path);
    await mkdir(app);
    await writeFile(join(app, 'package.json'), '{ "type": "module", "private": true }');
    const quietly = ['--offline', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...quietly, join(folder, filename)], { cwd: app });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true });
  });

  const inApp = async (program: string, ...args: readonly string[]): Promise<string> => {
    const env = { LEVERET_URL: gateway.url, LEVERET_API_KEY: 'key' };
    const { stdout } = await run(process.execPath, [program, ...args], { cwd: app, env }).catch((error: unknown) => {
      throw new Error(JSON.stringify(error));
    });
    return stdout;
  };

  it('has what it needs and nothing else', () => {
    expect([...packed].sort()).toEqual([
      'README.md',
      'dist/LICENSE',
      'dist/cli.js',
      'dist/index.d.ts',
      'dist/index.js',
      'dist/node.d.ts',
      'dist/node.js',
      'package.json',
    ]);
  });

  it('loads nothing but itself, and in a browser nothing of Node', async () => {
    const imports = async (file: string): Promise<string[]> =>
      Array.from(
        (await readFile(join(SDK, 'dist', file), 'utf8')).matchAll(/\bfrom '([^']+)'/g),
        ([, name = '']) => name,
      );
    await expect(imports('index.js')).resolves.toEqual([]);
    await expect(imports('index.d.ts')).resolves.toEqual([]);
    await expect(imports('node.js')).resolves.toEqual(['node:fs', 'node:path']);
    await expect(imports('cli.js')).resolves.toEqual(['node:fs/promises', 'node:util', './index.js']);
  });

  it('makes types of the tasks, which check what is enqueued; and does as its documentation says', async () => {
    const command = join(app, 'node_modules/.bin/leveret-sdk');
    await expect(inApp(command, 'types', '--out', 'tasks.d.ts')).resolves.toBe(
      'Wrote the types of 1 task to tasks.d.ts.\n',
    );
    // As a browser has it: no types of Node, and the package's own types are checked too.
    const compilerOptions = {
      ...{ strict: true, module: 'nodenext', target: 'es2023', lib: ['es2023', 'dom'], types: [], outDir: 'built' },
      ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
    };
    await writeFile(
      join(app, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['program.ts', 'tasks.d.ts'] }),
    );
    await writeFile(join(app, 'program.ts'), PROGRAM);
    await expect(inApp(TSC, '--project', app)).resolves.toBe('');
    expect(JSON.parse(await inApp('built/program.js'))).toEqual({
      id: JOB.id,
      updates: ['running', 'completed'],
      result: { url: 'https://there' },
      file: 'program.ts',
      error: 'function',
    });
  }, 60_000);

  it('says in one line what the command lacks', async () => {
    const command = join(app, 'node_modules/.bin/leveret-sdk');
    const env = {};
    await expect(run(process.execPath, [command, 'types'], { cwd: app, env })).rejects.toMatchObject({
      code: 1,
      stderr: 'Expected an API key: give --key, or set LEVERET_API_KEY.\n',
    });
  });
});

const answer: Act = (response, request) => {
  const [path] = request.path.split('?');
  const acts: Readonly<Record<string, Act>> = {
    '/v1/tasks': json(200, { data: [VIDEO], nextCursor: null }),
    '/v1/jobs': json(202, JOB),
    [`/v1/jobs/${JOB.id}/stream`]: stream(
      event(2, 'status', { ...STATE, version: 2, status: 'running', result: null }),
      event(3, 'status', { ...STATE, version: 3, status: 'completed', result: { url: 'https://there' } }),
    ),
  };
  (acts[path ?? ''] ?? json(404, {}))(response, request);
};

/** Scripts that npm runs before may have printed something first. */
function packsIn(
  stdout: string,
): [{ readonly filename: string; readonly files: readonly { readonly path: string }[] }] {
  return JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as ReturnType<typeof packsIn>;
}

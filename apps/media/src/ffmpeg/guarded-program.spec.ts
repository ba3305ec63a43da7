import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compileApp, type CompiledApp } from '../../spec/compiled-app.js';
import { processesIn } from '../../spec/processes.js';
import { type ProgramEnd, runGuarded } from './guarded-program.js';

let app: CompiledApp;
let folder: string;
const never = new AbortController().signal;

beforeAll(async () => {
  app = await compileApp();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guarded-program-spec-'));
});

afterEach(async () => {
  expect(await processesIn(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

afterAll(() => app.remove());

/** Runs a shell script as the guarded program. */
async function run(script: string, signal = never): Promise<{ end: ProgramEnd; lines: readonly string[] }> {
  const lines: string[] = [];
  const onLine = (line: string): void => {
    lines.push(line);
  };
  return { end: await runGuarded({ program: 'sh', args: ['-c', script], folder, signal, onLine }), lines };
}

describe('runGuarded', () => {
  it('gives the lines of a program, and how it ended', async () => {
    expect(await run('echo one; echo two')).toEqual({ end: { kind: 'done' }, lines: ['one', 'two'] });
    expect((await run('echo why >&2; exit 3')).end).toEqual({ kind: 'failed', code: 3, stderr: 'why\n' });
    expect((await run('kill -SEGV $$')).end).toEqual({ kind: 'killed', by: 'SIGSEGV' });
  });

  it('says that a program is missing', async () => {
    const run = { program: 'no-such-program', args: [], folder, signal: never, onLine: () => undefined };
    await expect(runGuarded(run)).resolves.toEqual({ kind: 'missing' });
  });

  it('passes arguments on as they are', async () => {
    const lines: string[] = [];
    const args = ['%s\n', '-i', '$(id)', "'; exit 3", '*'];
    const onLine = (line: string): void => {
      lines.push(line);
    };
    await runGuarded({ program: 'printf', args, folder, signal: never, onLine });
    expect(lines).toEqual(args.slice(1));
  });

  it('shows the program nothing of the environment but the way to programs', async () => {
    const { lines } = await run('env');
    const names = lines
      .map((line) => line.split('=')[0])
      .filter((name) => !['_', 'PWD', 'OLDPWD', 'SHLVL'].includes(name ?? ''));
    expect(names.sort()).toEqual(['LC_ALL', 'MALLOC_ARENA_MAX', 'PATH']);
  });

  it('leaves it neither the pipe of its watch nor anything to read', async () => {
    expect((await run('cat; [ -e /proc/self/fd/3 ] && echo open; true')).lines).toEqual([]);
  });

  it('bounds its memory, and what it writes', async () => {
    const { lines } = await run('ulimit -v; ulimit -f; ulimit -c');
    expect(lines).toEqual([String(2 * 1024 ** 2), String((2 * 1024 ** 3) / 512), '0']);
  });

  it('kills the whole group, children that hide their ends included, when the signal aborts', async () => {
    const stop = new AbortController();
    const onLine = (): void => {
      stop.abort(new Error('timed out'));
    };
    const script = '(trap "" TERM INT HUP; sleep 60) & sleep 60 & echo begun; wait';
    const running = runGuarded({ program: 'sh', args: ['-c', script], folder, signal: stop.signal, onLine });
    await expect(running).rejects.toThrow('timed out');
    await gone();
  });

  it('leaves nothing behind that the program began and did not end', async () => {
    expect((await run('sleep 60 >/dev/null 2>&1 & echo begun')).end).toEqual({ kind: 'done' });
    await gone();
  });

  it('starts nothing for a signal that has aborted', async () => {
    await expect(run('echo', AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
  });

  it('does not outlive an app that was killed', async () => {
    const script = `
      const { runGuarded } = await import(${JSON.stringify(app.url('ffmpeg/guarded-program.ts').href)});
      const onLine = (line) => process.stdout.write(line);
      const signal = new AbortController().signal;
      await runGuarded({ program: 'sh', args: ['-c', 'echo begun; sleep 60'], folder: ${JSON.stringify(folder)}, signal, onLine });
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');
    expect((await processesIn(folder)).length).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await gone();
  });
});

/** A process that was killed is listed until the system has taken it away. */
async function gone(): Promise<void> {
  const deadline = Date.now() + 5_000;
  while ((await processesIn(folder)).length > 0 && Date.now() < deadline) await delay(10);
  expect(await processesIn(folder)).toEqual([]);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../tools/project/app-list.js';
import { type RunFacts } from '../../tools/start/run-file.js';
import { eventually } from './eventually.js';

const START_PATIENCE_MS = 120_000;

/** `npm start` of a test on a data folder, without npm in between. */
export class Launcher {
  readonly pid: number;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** What it has printed. */
  output = '';
  #end: number | string | undefined;
  readonly #child: ChildProcess;

  constructor(
    private readonly dataFolder: string,
    ...options: readonly string[]
  ) {
    const { PATH, HOME, TMPDIR } = process.env;
    const child = spawn(process.execPath, ['scripts/bootstrap.mjs', 'start', '--data', dataFolder, ...options], {
      cwd: PROJECT,
      env: { PATH, HOME, TMPDIR },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.pid = child.pid ?? 0;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.ended = once(child, 'exit').then(([code, signal]) => {
      this.#end = (code as number | null) ?? (signal as string);
      return this.#end;
    });
  }

  /** What `run.json` tells, once it is this start's. */
  async running(): Promise<RunFacts> {
    return eventually(
      'run.json of this start',
      () => {
        if (this.#end !== undefined) throw new Error(`It ended with ${this.#end}:\n${this.output}`);
        const facts = this.#runFile();
        return facts?.pids['start']?.includes(this.pid) === true ? facts : undefined;
      },
      () => this.output,
      START_PATIENCE_MS,
    );
  }

  /** Settles when it has said everything that it says of a start. */
  async welcomed(): Promise<void> {
    await eventually(
      'welcome',
      () => this.output.includes('Ctrl-C stops everything.') || undefined,
      () => this.output,
      START_PATIENCE_MS,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #runFile(): RunFacts | undefined {
    try {
      return JSON.parse(readFileSync(join(this.dataFolder, 'run.json'), 'utf8')) as RunFacts;
    } catch {
      return undefined;
    }
  }
}

/** The processes that have a text in their command line or their environment, each as its command line. */
export function processesWith(text: string): string[] {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return numbers.flatMap((pid) => {
    try {
      const [command, environment] = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8'));
      const found = `${command ?? ''}${environment ?? ''}`.includes(text);
      return found ? [`${pid} ${command?.replaceAll('\0', ' ') ?? ''}`] : [];
    } catch {
      return []; // It has ended, or is another user's.
    }
  });
}

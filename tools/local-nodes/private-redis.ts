import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../console/problem.js';
import { type Screen } from '../console/screen.js';
import { lastLines } from '../processes/last-lines.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { writePrivateFile } from '../processes/private-file.js';
import { type DebianPackage, ensureInstalled, installCommand } from './debian-package.js';
import { type LocalNode } from './local-node.js';
import { answers, freePort } from './ports.js';
import { findProgram } from './rabbitmq-program.js';

const START_PATIENCE_MS = 30_000;
const STOP_GRACE_MS = 10_000;
const LOOK_EVERY_MS = 20;
const PACKAGE: DebianPackage = {
  name: 'redis-server',
  service: 'redis-server.service',
  advice: 'have redis-server in the PATH.',
};

/**
 * The Redis that is installed, or the distribution's package when it may be installed.
 * @throws Problem with the command to type when there is no way
 */
export async function ensureRedis(screen: Screen): Promise<string> {
  const installed = await ensureInstalled(() => findProgram('redis-server'), PACKAGE, screen);
  if (installed !== undefined) return installed;
  throw new Problem(
    'No Redis: none is installed, and this user may not install packages. Install it: ' +
      installCommand(PACKAGE.name, 'redis'),
  );
}

/** A Redis on 127.0.0.1 alone for one run of benchmarks, which appends every write to a file. */
export class PrivateRedis implements LocalNode {
  private readonly log: string;
  private readonly password = randomBytes(24).toString('hex');
  private port = 0;
  private server: ManagedProcess | undefined;

  constructor(
    private readonly program: string,
    private readonly folder: string,
  ) {
    this.log = join(folder, 'redis.log');
  }

  get url(): string {
    if (this.port === 0) throw new Error('The address of a private Redis is known after its first start.');
    return `redis://:${this.password}@127.0.0.1:${this.port}`;
  }

  get pids(): readonly number[] {
    return this.server === undefined ? [] : [this.server.pid];
  }

  get ended(): Promise<string> {
    return this.server?.ended ?? Promise.resolve('never started');
  }

  async start(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    if (this.port === 0) this.port = await freePort();
    const configuration = join(this.folder, 'redis.conf');
    // The password goes by a file: a command line can be read by every user of the machine.
    writePrivateFile(configuration, this.configuration());
    this.server = await ManagedProcess.start({
      program: this.program,
      args: [configuration],
      env: { ...process.env, LC_ALL: 'C' },
      cwd: this.folder,
      logFile: this.log,
      recordFile: join(this.folder, 'redis.process.json'),
      mark: configuration,
    });
    if (await this.accepts(this.server)) return;
    await this.kill();
    throw new Problem(`Redis did not start in ${this.folder}. The end of its log:\n${lastLines(this.log)}`);
  }

  async stop(): Promise<void> {
    await this.server?.stop('SIGTERM', STOP_GRACE_MS);
    this.server = undefined;
  }

  async kill(): Promise<void> {
    await this.server?.kill();
    this.server = undefined;
  }

  private configuration(): string {
    const lines = [
      ...['bind 127.0.0.1', `port ${this.port}`, `requirepass ${this.password}`, `dir ${this.folder}`],
      ...['appendonly yes', 'save ""', 'maxmemory-policy noeviction', 'set-proc-title no'],
    ];
    return lines.map((line) => `${line}\n`).join('');
  }

  private async accepts(server: ManagedProcess): Promise<boolean> {
    const deadline = Date.now() + START_PATIENCE_MS;
    while (server.isRunning && Date.now() < deadline) {
      if (await answers(this.port)) return true;
      await wait(LOOK_EVERY_MS);
    }
    return false;
  }
}

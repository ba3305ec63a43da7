import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Screen } from '../console/screen.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { writePrivateFile } from '../processes/private-file.js';
import { type DebianPackage, ensureInstalled } from './debian-package.js';
import { answers, freePort } from './ports.js';
import { PrivateServer, type ServerTerms } from './private-server.js';
import { findProgram } from './rabbitmq-program.js';

const TERMS: ServerTerms = {
  ...{ title: 'Redis', name: 'redis', stopSignal: 'SIGTERM' },
  ...{ startPatienceMs: 30_000, stopGraceMs: 10_000 },
};
const PACKAGE: DebianPackage = {
  ...{ name: 'redis-server', brewName: 'redis', title: 'Redis' },
  service: 'redis-server.service',
  advice: 'have redis-server in the PATH.',
};

/**
 * The Redis that is installed, or the distribution's package when it may be installed.
 * @throws Problem with the command to type when there is no way
 */
export function ensureRedis(screen: Screen): Promise<string> {
  return ensureInstalled(() => findProgram('redis-server'), PACKAGE, screen);
}

/** A Redis on 127.0.0.1 alone for one run of benchmarks, which appends every write to a file. */
export class PrivateRedis extends PrivateServer {
  private readonly password = randomBytes(24).toString('hex');

  constructor(
    private readonly program: string,
    folder: string,
  ) {
    super(TERMS, folder);
  }

  async start(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    this.port ??= await freePort();
    const configuration = join(this.folder, 'redis.conf');
    // The password goes by a file: a command line can be read by every user of the machine.
    writePrivateFile(configuration, this.configuration(this.port));
    const server = await ManagedProcess.start({
      ...this.files,
      program: this.program,
      args: [configuration],
      env: { ...process.env, LC_ALL: 'C' },
      cwd: this.folder,
      mark: configuration,
    });
    await this.untilItAccepts(server);
  }

  protected override addressOn(port: number): string {
    return `redis://:${this.password}@127.0.0.1:${port}`;
  }

  protected override accepts(port: number): Promise<boolean> {
    return answers(port);
  }

  private configuration(port: number): string {
    const lines = [
      ...['bind 127.0.0.1', `port ${port}`, `requirepass ${this.password}`, `dir ${this.folder}`],
      ...['appendonly yes', 'save ""', 'maxmemory-policy noeviction', 'set-proc-title no'],
    ];
    return lines.map((line) => `${line}\n`).join('');
  }
}

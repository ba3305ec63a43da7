import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { errorCode, Problem } from '../console/problem.js';
import { lastLines } from '../processes/last-lines.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { writePrivateFile } from '../processes/private-file.js';
import { type LocalNode } from './local-node.js';
import { type MariadbProgram } from './mariadb-program.js';
import { freePort } from './ports.js';

const START_PATIENCE_MS = 60_000;
const STOP_GRACE_MS = 15_000;
const LOOK_EVERY_MS = 50;
const USER = 'leveret';
const DATABASE = 'leveret';
/** Not there yet, or still starting. */
const STARTING: readonly (string | undefined)[] = ['ECONNREFUSED', 'ECONNRESET', 'PROTOCOL_CONNECTION_LOST'];

/** A MariaDB server on 127.0.0.1 alone for one run of tests or benchmarks, with an empty database `leveret`. */
export class PrivateMariadb implements LocalNode {
  private readonly data: string;
  private readonly log: string;
  private readonly password = randomBytes(24).toString('hex');
  private port = 0;
  private server: ManagedProcess | undefined;

  constructor(
    private readonly program: MariadbProgram,
    private readonly folder: string,
  ) {
    [this.data, this.log] = [join(folder, 'data'), join(folder, 'mariadb.log')];
  }

  get url(): string {
    if (this.port === 0) throw new Error('The address of a private database is known after its first start.');
    return `mysql://${USER}:${this.password}@127.0.0.1:${this.port}/${DATABASE}`;
  }

  get pids(): readonly number[] {
    return this.server === undefined ? [] : [this.server.pid];
  }

  get ended(): Promise<string> {
    return this.server?.ended ?? Promise.resolve('never started');
  }

  async start(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const first = this.port === 0;
    if (first) {
      await this.initialise();
      this.port = await freePort();
    }
    this.server = await this.launch(this.program.server, [
      ...[`--port=${this.port}`, '--bind-address=127.0.0.1', '--skip-name-resolve', '--socket=mariadb.sock'],
      ...['--innodb-buffer-pool-size=128M', '--max-connections=50', `--init-file=${this.firstStatements()}`],
    ]);
    if (await this.accepts(this.server)) return;
    await this.kill();
    throw new Problem(`MariaDB did not start in ${this.folder}. The end of its log:\n${lastLines(this.log)}`);
  }

  async stop(): Promise<void> {
    await this.server?.stop('SIGTERM', STOP_GRACE_MS);
    this.server = undefined;
  }

  async kill(): Promise<void> {
    await this.server?.kill();
    this.server = undefined;
  }

  private async initialise(): Promise<void> {
    // Root comes in by the socket alone, and only as this user.
    const install = await this.launch(this.program.install, [
      '--auth-root-authentication-method=socket',
      '--skip-test-db',
    ]);
    const ending = await install.ended;
    if (ending !== 'exit code 0')
      throw new Problem(`MariaDB could not make its data folder (${ending}):\n${lastLines(this.log)}`);
  }

  /** The server runs them each time that it starts. */
  private firstStatements(): string {
    const file = join(this.folder, 'init.sql');
    const user = `${USER}@'127.0.0.1'`;
    const statements = [
      `create database if not exists ${DATABASE} character set utf8mb4`,
      `create user if not exists ${user} identified by '${this.password}'`,
      `grant all on *.* to ${user}`,
    ];
    writePrivateFile(file, statements.map((statement) => `${statement};\n`).join(''));
    return file;
  }

  private launch(program: string, args: readonly string[]): Promise<ManagedProcess> {
    // The server of a test may run as whoever runs the test; it refuses to be root's unless that is said.
    const user = process.getuid?.() === 0 ? ['--user=root'] : [];
    return ManagedProcess.start({
      program,
      args: ['--no-defaults', `--datadir=${this.data}`, ...user, ...args],
      env: { ...process.env, LC_ALL: 'C' },
      cwd: this.folder,
      logFile: this.log,
      recordFile: join(this.folder, 'mariadb.process.json'),
      mark: this.data,
    });
  }

  private async accepts(server: ManagedProcess): Promise<boolean> {
    const deadline = Date.now() + START_PATIENCE_MS;
    while (server.isRunning && Date.now() < deadline) {
      if (await this.answers()) return true;
      await wait(LOOK_EVERY_MS);
    }
    return false;
  }

  private async answers(): Promise<boolean> {
    try {
      const connection = await mysql.createConnection(this.url);
      await connection.end();
      return true;
    } catch (error) {
      if (STARTING.includes(errorCode(error))) return false;
      throw error;
    }
  }
}

import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { errorCode, Problem } from '../console/problem.js';
import { lastLines } from '../processes/last-lines.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { kept, writePrivateFile } from '../processes/private-file.js';
import { identify } from '../processes/process-identity.js';
import { endLeftover, endProcess } from '../processes/process-record.js';
import { type LocalNode } from './local-node.js';
import { becomeFree, choosePorts } from './ports.js';
import { postgresAccount, type PostgresAccount } from './postgres-account.js';
import { findPostgres, type PostgresProgram } from './postgres-program.js';

const START_PATIENCE_MS = 60_000;
const STOP_GRACE_MS = 15_000;
const QUIT_GRACE_MS = 3_000;
const PORT_PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 50;
const USER = 'leveret';
const DATABASE = 'leveret';

/** A PostgreSQL server of its own from the packages, on 127.0.0.1 alone, with an empty database `leveret` at first. */
export class PrivatePostgres implements LocalNode {
  private readonly data: string;
  private readonly log: string;
  private readonly record: string;
  private readonly password: string;
  private port: number | undefined;
  private server: ManagedProcess | undefined;

  constructor(private readonly folder: string) {
    [this.data, this.log] = [join(folder, 'data'), join(folder, 'postgres.log')];
    this.record = join(folder, 'postgres.process.json');
    mkdirSync(folder, { recursive: true });
    // The server's own account must be able to pass; what is in here is readable by its owner only.
    chmodSync(folder, 0o711);
    this.password = kept(join(folder, 'node.json'), () => ({
      password: randomBytes(24).toString('base64url'),
    })).password;
  }

  get url(): string {
    if (this.port === undefined) throw new Error('The address of a private database is known after its first start.');
    return this.address(this.port, DATABASE);
  }

  get pids(): readonly number[] {
    return this.server === undefined ? [] : [this.server.pid];
  }

  get ended(): Promise<string> {
    return this.server?.ended ?? Promise.resolve('never started');
  }

  async start(): Promise<void> {
    const program = await findPostgres();
    const account = await postgresAccount(program.postgres, this.folder);
    await this.endLeftovers();
    if (!existsSync(this.data)) await this.initialise(program, account);
    const port = await this.choosePort();
    this.server = await this.launch(account, program.postgres, ['-D', this.data, ...serverFlags(port)]);
    if (!(await this.accepts(this.server, port))) {
      await this.kill();
      throw new Problem(`PostgreSQL did not start in ${this.folder}. The end of its log:\n${lastLines(this.log)}`);
    }
  }

  async stop(): Promise<void> {
    await this.server?.stop('SIGINT', STOP_GRACE_MS);
    this.server = undefined;
  }

  async kill(): Promise<void> {
    // SIGQUIT is the server's own crash: it takes its children along, which have groups of their own.
    await this.server?.stop('SIGQUIT', QUIT_GRACE_MS);
    this.server = undefined;
  }

  private async initialise(program: PostgresProgram, account: PostgresAccount): Promise<void> {
    const draft = `${this.data}.new`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    const passwordFile = join(this.folder, 'password.new');
    writeFileSync(passwordFile, this.password, { mode: 0o600 });
    const { uid, gid } = account.owner;
    for (const path of [draft, passwordFile]) chownSync(path, uid, gid);
    const flags = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const args = [
      `--pgdata=${draft}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      ...flags,
    ];
    const initdb = await this.launch(account, program.initdb, args);
    const ending = await initdb.ended;
    rmSync(passwordFile, { force: true });
    if (ending !== 'exit code 0') {
      throw new Problem(`PostgreSQL could not make its data folder (${ending}):\n${lastLines(this.log)}`);
    }
    renameSync(draft, this.data);
  }

  private launch(account: PostgresAccount, program: string, args: readonly string[]): Promise<ManagedProcess> {
    const [file = program, ...rest] = [...account.prefix, program, ...args];
    return ManagedProcess.start({
      program: file,
      args: rest,
      env: { ...process.env, LC_ALL: 'C', PGDATA: undefined },
      cwd: '/',
      logFile: this.log,
      recordFile: this.record,
      mark: this.data,
      ...account.startAs,
    });
  }

  private async choosePort(): Promise<number> {
    if (this.port === undefined) {
      const file = join(this.folder, 'ports.json');
      const ports = await choosePorts(
        ['port'],
        kept<{ port?: number }>(file, () => ({})),
      );
      writePrivateFile(file, JSON.stringify(ports));
      this.port = ports.port;
    } else if (!(await becomeFree([this.port], PORT_PATIENCE_MS))) {
      throw new Problem(`PostgreSQL cannot come back: another process listens on its port ${this.port}.`);
    }
    return this.port;
  }

  /** Waits for the first connection, and makes the database when it is not there yet. */
  private async accepts(server: ManagedProcess, port: number): Promise<boolean> {
    const deadline = Date.now() + START_PATIENCE_MS;
    while (server.isRunning && Date.now() < deadline) {
      if (await this.makeDatabase(port)) return true;
      await wait(LOOK_EVERY_MS);
    }
    return false;
  }

  private async makeDatabase(port: number): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.address(port, 'postgres') });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
      if (rowCount === 0) await client.query(`create database ${DATABASE}`);
      return true;
    } catch (error) {
      // Refused, or still starting or recovering: asked again. Anything else does not pass by waiting.
      if (['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(errorCode(error) ?? '')) return false;
      throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private async endLeftovers(): Promise<void> {
    await endLeftover(this.record, 'SIGINT', STOP_GRACE_MS);
    const pidFile = join(this.data, 'postmaster.pid');
    if (!existsSync(pidFile)) return;
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    if (identify(pid)?.command.includes(this.data) === true) await endProcess(pid, 'SIGINT', STOP_GRACE_MS);
    // The number may be another process's by now; the server would take that for itself and refuse to start.
    rmSync(pidFile, { force: true });
  }

  private address(port: number, database: string): string {
    return `postgres://${USER}:${this.password}@127.0.0.1:${port}/${database}`;
  }
}

function serverFlags(port: number): readonly string[] {
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'logging_collector=off'];
  return settings.flatMap((setting) => ['-c', setting]);
}

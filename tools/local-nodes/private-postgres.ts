import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { errorCode, Problem } from '../console/problem.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { kept, writePrivateFile } from '../processes/private-file.js';
import { identify } from '../processes/process-identity.js';
import { endLeftover, endProcess } from '../processes/process-record.js';
import { becomeFree, choosePorts } from './ports.js';
import { postgresAccount, type PostgresAccount } from './postgres-account.js';
import { findPostgres, type PostgresProgram } from './postgres-program.js';
import { PrivateServer, type ServerTerms } from './private-server.js';

const STOP_SIGNAL = 'SIGINT';
const STOP_GRACE_MS = 15_000;
const TERMS: ServerTerms = {
  ...{ title: 'PostgreSQL', name: 'postgres', startPatienceMs: 60_000 },
  ...{ stopSignal: STOP_SIGNAL, stopGraceMs: STOP_GRACE_MS },
};
const QUIT_GRACE_MS = 3_000;
const PORT_PATIENCE_MS = 15_000;
const USER = 'leveret';
const DATABASE = 'leveret';

/** Sorts alike on every machine; servers before version 17 have none. */
const BUILTIN_LOCALE = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

/** A PostgreSQL server of its own, on 127.0.0.1 alone, with an empty database `leveret` at first. */
export class PrivatePostgres extends PrivateServer {
  private readonly data: string;
  private readonly password: string;

  /** @param program a server that is installed. @default the one from the packages */
  constructor(
    folder: string,
    private readonly program?: PostgresProgram,
  ) {
    super(TERMS, folder);
    this.data = join(folder, 'data');
    mkdirSync(folder, { recursive: true });
    // The server's own account must be able to pass; what is in here is readable by its owner only.
    chmodSync(folder, 0o711);
    this.password = kept(join(folder, 'node.json'), () => ({
      password: randomBytes(24).toString('base64url'),
    })).password;
  }

  async start(): Promise<void> {
    const program = this.program ?? (await findPostgres());
    const account = await postgresAccount(program.postgres, this.folder);
    await this.endLeftovers();
    if (!existsSync(this.data)) await this.initialise(program, account);
    const flags = serverFlags(await this.choosePort());
    await this.untilItAccepts(await this.launch(account, program.postgres, ['-D', this.data, ...flags]));
  }

  protected override addressOn(port: number, database = DATABASE): string {
    return `postgres://${USER}:${this.password}@127.0.0.1:${port}/${database}`;
  }

  /** Makes the database, by the first connection, when it is not there yet. */
  protected override async accepts(port: number): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.addressOn(port, 'postgres') });
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

  /** SIGQUIT is the server's own crash: it takes its children along, which have groups of their own. */
  protected override crash(server: ManagedProcess): Promise<void> {
    return server.stop('SIGQUIT', QUIT_GRACE_MS);
  }

  private async initialise(program: PostgresProgram, account: PostgresAccount): Promise<void> {
    const draft = `${this.data}.new`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    const passwordFile = join(this.folder, 'password.new');
    writeFileSync(passwordFile, this.password, { mode: 0o600 });
    const { uid, gid } = account.owner;
    for (const path of [draft, passwordFile]) chownSync(path, uid, gid);
    const flags = ['--encoding=UTF8', '--locale=C', ...(this.program === undefined ? BUILTIN_LOCALE : [])];
    const args = [
      `--pgdata=${draft}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      ...flags,
    ];
    const initdb = await this.launch(account, program.initdb, args);
    try {
      await this.untilItHasMadeData(initdb);
    } finally {
      rmSync(passwordFile, { force: true });
    }
    renameSync(draft, this.data);
  }

  private launch(account: PostgresAccount, program: string, args: readonly string[]): Promise<ManagedProcess> {
    const [file = program, ...rest] = [...account.prefix, program, ...args];
    return ManagedProcess.start({
      ...this.files,
      program: file,
      args: rest,
      env: { ...process.env, LC_ALL: 'C', PGDATA: undefined },
      cwd: '/',
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

  private async endLeftovers(): Promise<void> {
    await endLeftover(this.files.recordFile, STOP_SIGNAL, STOP_GRACE_MS);
    const pidFile = join(this.data, 'postmaster.pid');
    if (!existsSync(pidFile)) return;
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    if (identify(pid)?.command.includes(this.data) === true) await endProcess(pid, STOP_SIGNAL, STOP_GRACE_MS);
    // The number may be another process's by now; the server would take that for itself and refuse to start.
    rmSync(pidFile, { force: true });
  }
}

function serverFlags(port: number): readonly string[] {
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'logging_collector=off'];
  return settings.flatMap((setting) => ['-c', setting]);
}

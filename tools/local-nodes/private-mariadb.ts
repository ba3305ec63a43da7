import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { errorCode } from '../console/problem.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { writePrivateFile } from '../processes/private-file.js';
import { type MariadbProgram } from './mariadb-program.js';
import { freePort } from './ports.js';
import { PrivateServer, type ServerTerms } from './private-server.js';

const TERMS: ServerTerms = {
  ...{ title: 'MariaDB', name: 'mariadb', stopSignal: 'SIGTERM' },
  ...{ startPatienceMs: 60_000, stopGraceMs: 15_000 },
};
const USER = 'leveret';
const DATABASE = 'leveret';
/** Not there yet, or still starting. */
const STARTING: readonly (string | undefined)[] = ['ECONNREFUSED', 'ECONNRESET', 'PROTOCOL_CONNECTION_LOST'];

/** A MariaDB server on 127.0.0.1 alone for one run of tests or benchmarks, with an empty database `leveret`. */
export class PrivateMariadb extends PrivateServer {
  private readonly data: string;
  private readonly password = randomBytes(24).toString('hex');

  constructor(
    private readonly program: MariadbProgram,
    folder: string,
  ) {
    super(TERMS, folder);
    this.data = join(folder, 'data');
  }

  async start(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    if (this.port === undefined) {
      await this.initialise();
      this.port = await freePort();
    }
    const server = await this.launch(this.program.server, [
      ...[`--port=${this.port}`, '--bind-address=127.0.0.1', '--skip-name-resolve', '--socket=mariadb.sock'],
      ...['--innodb-buffer-pool-size=128M', '--max-connections=50', `--init-file=${this.firstStatements()}`],
    ]);
    await this.untilItAccepts(server);
  }

  protected override addressOn(port: number): string {
    return `mysql://${USER}:${this.password}@127.0.0.1:${port}/${DATABASE}`;
  }

  protected override async accepts(port: number): Promise<boolean> {
    try {
      const connection = await mysql.createConnection(this.addressOn(port));
      await connection.end();
      return true;
    } catch (error) {
      if (STARTING.includes(errorCode(error))) return false;
      throw error;
    }
  }

  private async initialise(): Promise<void> {
    // Root comes in by the socket alone, and only as this user.
    const install = await this.launch(this.program.install, [
      '--auth-root-authentication-method=socket',
      '--skip-test-db',
    ]);
    await this.untilItHasMadeData(install);
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
      ...this.files,
      program,
      args: ['--no-defaults', `--datadir=${this.data}`, ...user, ...args],
      env: { ...process.env, LC_ALL: 'C' },
      cwd: this.folder,
      mark: this.data,
    });
  }
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errorMessage, Problem } from '../console/problem.js';
import { findProgram } from './rabbitmq-program.js';

const run = promisify(execFile);
const ACCOUNT = 'postgres';

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** How the server's programs are called: PostgreSQL refuses to run as root. */
export interface PostgresAccount {
  /** Whom the data belongs to; -1 leaves it as it is. */
  readonly owner: Ids;
  /** What the program is started as. */
  readonly startAs: Partial<Ids>;
  /** What stands before the program on the command line. */
  readonly prefix: readonly string[];
}

/**
 * The account that PostgreSQL runs under: this one, or for root the user `postgres`, made when it is missing. That user
 * may not be able to enter the folders that lead to the data or to the program (root's home, a private temporary folder);
 * then it is given the one capability that lets it, and no more.
 * @throws Problem when there is no way.
 */
export async function postgresAccount(program: string, dataParent: string): Promise<PostgresAccount> {
  if (process.getuid?.() !== 0) return { owner: { uid: -1, gid: -1 }, startAs: {}, prefix: [] };
  const owner = await rootsStandIn();
  const plain = { owner, startAs: owner, prefix: [] };
  if (await reaches(plain, program, dataParent)) return plain;
  for (const capability of ['dac_read_search', 'dac_override']) {
    const lifted = { owner, startAs: {}, prefix: lift(capability, owner) };
    if (await reaches(lifted, program, dataParent)) return lifted;
  }
  throw new Problem(
    `PostgreSQL cannot run as root, and the user ${ACCOUNT} cannot enter ${dataParent} or run ${program}. ` +
      'Put the clone where every user may enter (for example /opt/leveret), or run the command as an ordinary user.',
  );
}

async function rootsStandIn(): Promise<Ids> {
  try {
    return await lookUp();
  } catch {
    try {
      await run(findProgram('useradd') ?? 'useradd', ['--system', '--user-group', '--no-create-home', ACCOUNT]);
      return await lookUp();
    } catch (error) {
      throw new Problem(
        `PostgreSQL cannot run as root, and the user ${ACCOUNT} cannot be made (${errorMessage(error)}). ` +
          'Run the command as an ordinary user, or give a database: DATABASE_URL=postgres://user:password@host:5432/leveret',
      );
    }
  }
}

async function lookUp(): Promise<Ids> {
  const [uid, gid] = await Promise.all([run('id', ['-u', ACCOUNT]), run('id', ['-g', ACCOUNT])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

function lift(capability: string, { uid, gid }: Ids): readonly string[] {
  const setpriv = findProgram('setpriv') ?? 'setpriv';
  const user = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  return [setpriv, ...user, `--inh-caps=+${capability}`, `--ambient-caps=+${capability}`, '--'];
}

async function reaches(account: PostgresAccount, program: string, folder: string): Promise<boolean> {
  const [file, ...args] = [...account.prefix, 'sh', '-c', 'test -x "$1" && "$0" --version', program, folder];
  try {
    await run(file, args, { cwd: '/', ...account.startAs });
    return true;
  } catch {
    return false;
  }
}

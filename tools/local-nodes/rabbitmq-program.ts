import { accessSync, constants, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

/** Folders that an ordinary user's PATH often leaves out. */
const FURTHER_FOLDERS = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/lib/rabbitmq/bin',
  '/opt/rabbitmq/sbin',
  '/opt/homebrew/sbin',
  '/opt/homebrew/bin',
];

export interface RabbitmqProgram {
  /** The server's own start script, not a distribution's wrapper around it. */
  readonly server: string;
  /** `rabbitmqctl`, which lies beside it. */
  readonly control: string;
  readonly epmd: string;
  /** PATH with which both find Erlang. */
  readonly path: string;
}

/** An installed RabbitMQ, or undefined. */
export function findRabbitmq(env: NodeJS.ProcessEnv = process.env): RabbitmqProgram | undefined {
  const folders = [...(env['PATH'] ?? '').split(delimiter), ...FURTHER_FOLDERS];
  const found = findIn(folders, 'rabbitmq-server');
  if (found === undefined) return undefined;
  const server = behindWrapper(found);
  const epmd = findIn(folders, 'epmd') ?? besideErlang(folders);
  return server === undefined || epmd === undefined
    ? undefined
    : { server, control: join(dirname(server), 'rabbitmqctl'), epmd, path: folders.join(delimiter) };
}

/** The first executable file with this name in the folders of PATH and those that it often leaves out. */
export function findProgram(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return findIn([...(env['PATH'] ?? '').split(delimiter), ...FURTHER_FOLDERS], name);
}

/** Debian's wrapper changes the user and the folders, and does not pass signals on. */
function behindWrapper(found: string): string | undefined {
  const real = realpathSync(found);
  if (basename(real) === 'rabbitmq-server') return real;
  const beside = join(dirname(real), 'rabbitmq-server');
  return isExecutable(beside) ? beside : undefined;
}

function besideErlang(folders: readonly string[]): string | undefined {
  const erl = findIn(folders, 'erl');
  return erl === undefined ? undefined : findIn([dirname(realpathSync(erl))], 'epmd');
}

function findIn(folders: readonly string[], name: string): string | undefined {
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

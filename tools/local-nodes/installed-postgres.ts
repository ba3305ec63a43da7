import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Screen } from '../console/screen.js';
import { type DebianPackage, ensureInstalled } from './debian-package.js';
import { type PostgresProgram } from './postgres-program.js';
import { findProgram } from './rabbitmq-program.js';

const PACKAGE: DebianPackage = {
  ...{ name: 'postgresql', title: 'PostgreSQL with its programs' },
  service: 'postgresql.service',
  advice: 'have initdb, postgres, psql, pg_dump and pg_restore in one folder of the PATH.',
};
/** Where Debian keeps what it does not put into the PATH, a folder for each version. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';

/** An installed PostgreSQL: a server, and beside it the programs that back up and restore. */
export interface InstalledPostgres extends PostgresProgram {
  /** The folder of psql, pg_dump and pg_restore, of the server's version. */
  readonly programs: string;
}

/**
 * The PostgreSQL that is installed, or the distribution's package when it may be installed. The one from npm cannot back up.
 * @throws Problem with the command to type when there is no way
 */
export function ensurePostgres(screen: Screen): Promise<InstalledPostgres> {
  return ensureInstalled(find, PACKAGE, screen);
}

function find(): InstalledPostgres | undefined {
  const inPath = findProgram('postgres');
  const folders = [...debianFolders(), ...(inPath === undefined ? [] : [dirname(inPath)])];
  const programs = folders.find((folder) => ['postgres', 'pg_dump'].every((name) => existsSync(join(folder, name))));
  if (programs === undefined) return undefined;
  return { programs, postgres: join(programs, 'postgres'), initdb: join(programs, 'initdb') };
}

/** The newest first. */
function debianFolders(): string[] {
  if (!existsSync(DEBIAN_FOLDER)) return [];
  const versions = readdirSync(DEBIAN_FOLDER).sort((one, other) => Number(other) - Number(one));
  return versions.map((version) => join(DEBIAN_FOLDER, version, 'bin'));
}

import { type Screen } from '../console/screen.js';
import { type DebianPackage, ensureInstalled } from './debian-package.js';
import { findProgram } from './rabbitmq-program.js';

const PACKAGE: DebianPackage = {
  ...{ name: 'mariadb-server', brewName: 'mariadb', title: 'MariaDB' },
  service: 'mariadb.service',
  advice: 'have mariadbd and mariadb-install-db in the PATH.',
};

/** An installed MariaDB. */
export interface MariadbProgram {
  readonly server: string;
  /** Makes a data folder. */
  readonly install: string;
}

/**
 * The MariaDB that is installed, or the distribution's package when it may be installed.
 * @throws Problem with the command to type when there is no way
 */
export function ensureMariadb(screen: Screen): Promise<MariadbProgram> {
  return ensureInstalled(find, PACKAGE, screen);
}

function find(): MariadbProgram | undefined {
  const [server, install] = [findProgram('mariadbd'), findProgram('mariadb-install-db')];
  return server === undefined || install === undefined ? undefined : { server, install };
}

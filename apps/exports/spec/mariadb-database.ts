export {
  INSTALLATION_PATIENCE_MS,
  type MariadbDatabase,
  startMariadb,
} from '../../../test/support/mariadb-database.js';

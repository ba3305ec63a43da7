export { INSTALLATION_PATIENCE_MS, startMariadb } from '../../../test/support/mariadb-database.js';

export { startUserDatabase } from '../../../test/support/user-database.js';

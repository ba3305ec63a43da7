export { startUserDatabase, type TestDatabase } from '../../../test/support/user-database.js';

import { LedgerUnavailableError } from './database.js';

/** Too many jobs wait for the database: this one was not taken. */
export class LedgerBusyError extends LedgerUnavailableError {}

/** The database did not say whether it has taken the job. */
export class JobUnconfirmedError extends LedgerUnavailableError {}

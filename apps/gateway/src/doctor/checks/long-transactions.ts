import { type Check } from '../check.js';
import { note, orGood } from '../finding.js';

const LONG_SECONDS = 60;

interface Session {
  readonly pid: number;
  readonly role: string;
  /** What it calls itself, or an empty string. */
  readonly program: string;
  readonly seconds: number;
}

/**
 * Whether a transaction keeps PostgreSQL from forgetting what jobs were before. A role sees its own sessions; those of others only when
 * it is a member of `pg_read_all_stats`.
 */
export const longTransactions: Check = {
  name: 'long transactions',
  examine: async ({ ledger }) => {
    const sessions = await ledger.query<Session>(
      `SELECT pid, usename AS role, application_name AS program,
              extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds
       FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
         AND coalesce(backend_xmin, backend_xid) IS NOT NULL
         AND xact_start < clock_timestamp() - make_interval(secs => $1)
       ORDER BY xact_start`,
      [LONG_SECONDS],
    );
    return orGood(
      sessions.map(({ pid, role, program, seconds }) =>
        note(
          `Session ${pid} of ${program === '' ? role : `${role} (${program})`} has a transaction open since ${Math.round(seconds)} s: each look at who waits gets dearer.`,
          `Let it end, or end it: SELECT pg_terminate_backend(${pid}).`,
        ),
      ),
      `No transaction is open for longer than ${LONG_SECONDS} s.`,
    );
  },
};

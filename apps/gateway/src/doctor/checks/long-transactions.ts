import { type Queries } from '../../ledger/database.js';
import { type Check } from '../check.js';
import { type Finding, note, orGood, unknown } from '../finding.js';

const LONG_SECONDS = 60;

interface Session {
  readonly pid: number;
  readonly role: string;
  /** What it calls itself, or an empty string. */
  readonly program: string;
  readonly seconds: number;
}

/** Whether a session's transaction keeps PostgreSQL from cleaning up after jobs that have gone on. */
export const longTransactions: Check = {
  name: 'long transactions',
  examine: async ({ ledger }) =>
    orGood(
      [...(await ofSessions(ledger)), ...(await ofHiddenSessions(ledger))],
      `No transaction is open for longer than ${LONG_SECONDS} s.`,
    ),
};

async function ofSessions(ledger: Queries): Promise<Finding[]> {
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
  return sessions.map(({ pid, role, program, seconds }) => {
    const who = program === '' ? role : `${role} (${program})`;
    return note(
      `Session ${pid} of ${who} has had a transaction open for ${Math.round(seconds)} s: looks for waiting jobs cost more and more.`,
      `Let it end, or, when nobody needs it, end it: SELECT pg_terminate_backend(${pid}).`,
    );
  });
}

// PostgreSQL shows that there are sessions of other roles, and not since when a transaction of theirs is open. Its own workers have no
// role.
async function ofHiddenSessions(ledger: Queries): Promise<Finding[]> {
  const roles = await ledger.query<{ role: string; viewer: string }>(
    `SELECT DISTINCT usename AS role, current_user AS viewer FROM pg_stat_activity
     WHERE datname = current_database() AND usename IS NOT NULL AND backend_type IS NULL ORDER BY role`,
  );
  return roles.map(({ role, viewer }) =>
    unknown(
      `Transactions of the role ${role} are not shown to ${viewer}.`,
      `Let a superuser say: GRANT pg_read_all_stats TO ${viewer}.`,
    ),
  );
}

import { corkEachTurn } from '#libs/batching';
import pg from 'pg';

// A caller is answered within ten seconds whatever the database does.
export const STATEMENT_TIMEOUT_MS = 6_000;
const CONNECT_TIMEOUT_MS = 3_000;
const IDLE_IN_TRANSACTION_MS = 30_000;
// What comes once in a while finds a connection open, with the plans that it keeps: to open one costs the server 30 ms.
const IDLE_MS = 60_000;

/**
 * Opens connections to the ledger when they are asked for. On each, statements that are sent without waiting for the answers of those
 * before leave together, and are answered in their order.
 * @param settings what each session starts with
 */
export function connectionPool(url: string, connections: number, settings: Readonly<Record<string, string>>): pg.Pool {
  const pool = new pg.Pool({
    connectionString: withSettings(url, settings),
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: answerLimitMs(1),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    application_name: 'leveret-gateway',
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
    pipeline: true,
  });
  pool.on('connect', corkSocket);
  // An idle connection that breaks leaves the pool by itself; the next statement gets a new one.
  pool.on('error', () => undefined);
  return pool;
}

/**
 * How long the answer to a statement is waited for: a server gives up a statement by itself, one that is gone does not.
 * @param statements under way on the connection, of which it is the last: they run one after the other
 */
export function answerLimitMs(statements: number): number {
  return statements * STATEMENT_TIMEOUT_MS + 500;
}

/** Behind what the URL asks for itself, so that ours hold. */
function withSettings(url: string, settings: Readonly<Record<string, string>>): string {
  const address = new URL(url);
  const own = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const given = address.searchParams.get('options') ?? '';
  address.searchParams.set('options', [given, ...own].join(' ').trim());
  return address.href;
}

/**
 * The driver writes each statement by itself. It keeps its socket to itself, so where a version of it has none under this name, nothing
 * changes.
 */
function corkSocket(client: pg.PoolClient): void {
  const { connection } = client as { connection?: pg.Connection };
  if (connection?.stream !== undefined) corkEachTurn(connection.stream);
}

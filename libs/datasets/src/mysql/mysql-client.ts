import mysql from 'mysql2';
import { type UserDatabase } from '../catalog.js';
import { unreachable } from '../unreachable.js';

const CONNECT_PATIENCE_MS = 10_000;
/** A storage that takes its time must not look like a client that has gone. */
const WRITE_PATIENCE_S = 3_600;
const SESSION = `set time_zone = '+00:00', autocommit = 1, net_write_timeout = ${WRITE_PATIENCE_S}`;

/**
 * A connection that is no pool's: its transaction belongs to one job. Sessions are in UTC.
 * @throws DatabaseTrouble `database_unavailable`
 */
export async function connectMysql({ name, url }: UserDatabase): Promise<mysql.Connection> {
  const client = mysql.createConnection({
    uri: url,
    connectTimeout: CONNECT_PATIENCE_MS,
    charset: 'utf8mb4',
    enableKeepAlive: true,
    // Rows that are matched and stay as they are count as unchanged, so that a statement comes to its end.
    flags: ['-FOUND_ROWS'],
  });
  // A connection that breaks between two queries is told by the next one.
  client.on('error', () => undefined);
  try {
    await client.promise().query(SESSION);
    return client;
  } catch (error) {
    client.destroy();
    throw unreachable(name, error);
  }
}

/** Ends what a connection runs at the moment. A server that cannot be asked ends it when it finds the connection gone. */
export async function cancelMysql(database: UserDatabase, { threadId }: mysql.Connection): Promise<void> {
  try {
    const messenger = (await connectMysql(database)).promise();
    await messenger.query(`kill query ${threadId}`).finally(() => messenger.end());
  } catch {
    // Nothing more can be done from here.
  }
}

import pg from 'pg';
import { type UserDatabase } from '../catalog.js';
import { unreachable } from '../unreachable.js';

const CONNECT_PATIENCE_MS = 10_000;
const APPLICATION = 'leveret-exports';
/** Set by statements: what a URL says of `options` comes before that of a client. */
const SESSION = `set TimeZone = 'UTC'; set DateStyle = 'ISO'; set IntervalStyle = 'iso_8601'`;
const BOOLEAN = 16;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

/** Values as texts in the neutral form of a row. */
export const ROW_TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number) => PARSERS.get(oid) ?? asItIs) as pg.CustomTypesConfig['getTypeParser'],
};

const PARSERS: ReadonlyMap<number, (text: string) => string> = new Map([
  [BOOLEAN, (text) => (text === 't' ? 'true' : 'false')],
  [TIMESTAMP, (text) => (isFinite(text) ? `${text.replace(' ', 'T')}Z` : text)],
  [TIMESTAMPTZ, (text) => text.replace(' ', 'T').replace(/\+00$/, 'Z')],
]);

/**
 * A connection that is no pool's: its transaction belongs to one job. Sessions are in UTC and in ISO 8601.
 * @throws DatabaseTrouble `database_unavailable`
 */
export async function connectPostgres({ name, url }: UserDatabase): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_PATIENCE_MS,
    application_name: APPLICATION,
    keepAlive: true,
  });
  // A connection that breaks between two queries is told by the next one.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(SESSION);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw unreachable(name, error);
  }
}

/** Ends what a connection runs at the moment. A server that cannot be asked ends it when it finds the connection gone. */
export async function cancelPostgres(database: UserDatabase, client: pg.Client): Promise<void> {
  const pid = (client as pg.Client & { readonly processID: number | null }).processID;
  try {
    const messenger = await connectPostgres(database);
    await messenger.query('select pg_cancel_backend($1)', [pid]).finally(() => messenger.end());
  } catch {
    // Nothing more can be done from here.
  }
}

function asItIs(text: string): string {
  return text;
}

function isFinite(text: string): boolean {
  return !text.endsWith('infinity');
}

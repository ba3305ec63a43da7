import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { kept } from '../processes/private-file.js';
import { PROJECT } from '../project/app-list.js';

const NAME = 'sample';
/** Its name while it is being filled: one that was cut off is made anew. */
const DRAFT = 'sample_draft';
const FOLDER = join(PROJECT, 'examples', 'datasets');
/** The orders of the days since the last start. */
const TOP_UP = `
  select sample_orders((max(placed_at) at time zone 'UTC')::date + 1, current_date - 1) from orders
  having (max(placed_at) at time zone 'UTC')::date < current_date - 1`;

/** What the sample database's datasets are named in. */
export const SAMPLE_CATALOG = join(FOLDER, 'sample.yaml');

/**
 * The shop that exports can be tried on, on the launcher's own database server. Its user owns it, and can connect to no
 * other database there.
 */
export class SampleDatabase {
  private readonly password: string;

  /** @param secretFile where the password of its user is kept */
  constructor(secretFile: string) {
    this.password = kept(secretFile, () => ({ password: randomBytes(24).toString('base64url') })).password;
  }

  /**
   * Makes it when it is missing, and adds the orders of the days that have passed; gives its address.
   * @param ledgerUrl the ledger on the same server, as its owner
   */
  async prepare(ledgerUrl: string): Promise<string> {
    const { rowCount } = await run(ledgerUrl, `select from pg_database where datname = '${NAME}'`);
    const url = this.urlOf(ledgerUrl, NAME);
    if (rowCount === 0) await this.make(ledgerUrl);
    else await run(url, TOP_UP);
    return url;
  }

  private async make(ledgerUrl: string): Promise<void> {
    const ledger = new URL(ledgerUrl).pathname.slice(1);
    await run(ledgerUrl, `drop database if exists ${DRAFT}`);
    await run(ledgerUrl, `drop role if exists ${NAME}`);
    await run(ledgerUrl, `create role ${NAME} login password '${this.password}'`);
    // Else everybody who may log in may connect to every database.
    for (const database of [ledger, 'postgres', 'template1']) {
      await run(ledgerUrl, `revoke connect on database "${database}" from public`);
    }
    await run(ledgerUrl, `create database ${DRAFT} owner ${NAME}`);
    await run(this.urlOf(ledgerUrl, DRAFT), await readFile(join(FOLDER, 'sample.sql'), 'utf8'));
    await run(ledgerUrl, `alter database ${DRAFT} rename to ${NAME}`);
  }

  private urlOf(ledgerUrl: string, database: string): string {
    const url = new URL(ledgerUrl);
    [url.username, url.password, url.pathname] = [NAME, this.password, `/${database}`];
    return url.href;
  }
}

async function run(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { JobStore } from './job-store.js';
import { type NewJob } from './new-job.js';
import { migrate } from './migrate.js';

const START_MS = 60_000;

describe('migrate', () => {
  let ledger: RealLedger;

  beforeAll(async () => {
    ledger = await startRealLedger();
  }, START_MS);

  beforeEach(async () => {
    await ledger.database.query('DROP SCHEMA public CASCADE');
    await ledger.database.query('CREATE SCHEMA public');
  });

  afterAll(() => ledger.stop());

  const migrations = (): Promise<{ name: string; ran_at: Date }[]> =>
    ledger.database.query('SELECT name, ran_at FROM migrations ORDER BY name');

  it('makes the schema once when gateways start at the same time', async () => {
    await Promise.all([1, 2, 3].map(() => migrate(ledger.database)));
    expect((await migrations()).map(({ name }) => name)).toContain('0001-ledger');
    expect(await ledger.database.query('SELECT id FROM jobs')).toEqual([]);
  });

  it('leaves a schema that is up to date as it is', async () => {
    await migrate(ledger.database);
    const before = await migrations();
    await migrate(ledger.database);
    expect(await migrations()).toEqual(before);
  });

  it('refuses a database of a newer version, which it names, and changes nothing', async () => {
    await migrate(ledger.database);
    await ledger.database.query("INSERT INTO migrations (name) VALUES ('9999-from-the-future')");
    const before = await migrations();
    await expect(migrate(ledger.database)).rejects.toThrow(/9999-from-the-future.*newer/s);
    expect(await migrations()).toEqual(before);
  });

  it('notes which files the open jobs need that are older than retention, and tells nobody of a change', async () => {
    await migrate(ledger.database);
    const [upload, output] = [uuidv7(), uuidv7()];
    const payload = JSON.stringify({ source: { key: `a/${upload}` }, also: [`a/${output}/1-b.txt`, `a/${upload}`] });
    const accept = async (changes: Partial<NewJob>): Promise<string> =>
      (await new JobStore(ledger.database, IDLE_DISPATCH).accept(newJob(changes))).job.id;
    const [open, over, needsNone] = [await accept({ payload }), await accept({ payload }), await accept({})];
    await ledger.database.query("UPDATE jobs SET status = 'completed', completed_at = now() WHERE id = $1", [over]);
    await ledger.database.query('DROP INDEX jobs_ended_in_order');
    await ledger.database.query('CREATE INDEX jobs_ended ON jobs (status, completed_at)');
    await ledger.database.query("DELETE FROM migrations WHERE name = '0026-retention-sweep'");
    const told: string[] = [];
    ledger.database.onJobChanges((changes) => told.push(...changes.map(({ id }) => id)));
    await migrate(ledger.database);
    const filesOf = async (id: string): Promise<unknown> =>
      (await ledger.database.query<{ files: string[] | null }>('SELECT files FROM jobs WHERE id = $1', [id]))[0]?.files;
    expect(await Promise.all([open, over, needsNone].map(filesOf))).toEqual([[upload, output].sort(), null, null]);
    expect(told).toEqual([]);
  });

  it('leaves nothing behind when a step fails', async () => {
    await ledger.database.query('CREATE TABLE attempts (in_the_way integer)');
    await expect(migrate(ledger.database)).rejects.toThrow(/attempts/);
    const tables = await ledger.database.query(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    expect(tables).toEqual([{ name: 'attempts' }]);
  });
});

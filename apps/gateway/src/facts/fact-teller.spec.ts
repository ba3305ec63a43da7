import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { brokerNames, ChannelLostError, type OutgoingMessage, PublishError } from '#libs/broker';
import { createTelemetry } from '#libs/observability';
import { EventStore } from '../ledger/event-store.js';
import { FactStore } from '../ledger/fact-store.js';
import { Lookout } from '../ledger/lookout.js';
import { JobSteering } from '../ledger/job-steering.js';
import { JobStore } from '../ledger/job-store.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { RunOnLedger } from '../testing/run-on-ledger.js';
import { FactTeller } from './fact-teller.js';

const START_MS = 60_000;
const room = { full: false, add: () => undefined, admit: () => () => undefined };

const NOTE_CLAIMS = `
CREATE TABLE claims (fact bigint);
CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO claims VALUES (NEW.id); RETURN NULL; END';
CREATE TRIGGER facts_are_claimed AFTER UPDATE ON facts FOR EACH ROW EXECUTE FUNCTION note_claim()`;

class ReturnedError extends PublishError {
  readonly code = 'returned';
}

/** A broker that takes, returns or loses what is published. */
class Broker {
  readonly ready = true;
  readonly published: string[] = [];
  answer: (routingKey: string) => Error | undefined = () => undefined;

  async publish({ routingKey, properties }: OutgoingMessage): Promise<void> {
    this.published.push(`${routingKey} ${properties.messageId?.split('.')[0] ?? ''}`);
    const error = this.answer(routingKey);
    if (error !== undefined) throw error;
  }
}

describe('FactTeller', () => {
  let ledger: RealLedger;
  let jobs: JobStore;
  let run: RunOnLedger;
  let steering: JobSteering;
  let broker: Broker;

  beforeAll(async () => {
    ledger = await startRealLedger();
    jobs = new JobStore(ledger.database, IDLE_DISPATCH, room);
    run = new RunOnLedger(ledger.database, 'lab');
    steering = new JobSteering(ledger.database, IDLE_DISPATCH);
  }, START_MS);
  afterAll(() => ledger.stop());
  beforeEach(() => {
    broker = new Broker();
  });
  afterEach(async () => {
    for (const table of ['facts', 'jobs']) await ledger.database.query(`DELETE FROM ${table}`);
  });

  const ended = async (count: number): Promise<string[]> => {
    const ids: string[] = [];
    for (let nth = 0; nth < count; nth += 1) {
      const job = newJob();
      await jobs.accept(job);
      await run.end(job.id);
      ids.push(job.id);
    }
    return ids;
  };
  const cancelled = async (): Promise<string> => {
    const job = newJob();
    await jobs.accept(job);
    await steering.cancel([job.id]);
    return job.id;
  };
  /** Tells what there is, as a gateway does between its start and its end. */
  const told = async (teller = tellerOf()): Promise<readonly string[]> => {
    const from = broker.published.length;
    teller.start();
    while ((await free()) > 0 && broker.published.length === from) await new Promise(setImmediate);
    await teller.stop();
    return broker.published.slice(from);
  };
  const tellerOf = (): FactTeller =>
    new FactTeller({
      ...{ changes: ledger.database, facts: new FactStore(ledger.database), publisher: broker },
      lookout: new Lookout(ledger.database),
      events: new EventStore(ledger.database, { dispatch: IDLE_DISPATCH, room }),
      names: brokerNames('leveret'),
      telemetry: createTelemetry({ service: 'gateway', level: 'silent' }),
    });
  const free = async (): Promise<number> => {
    const rows = await ledger.database.query('SELECT FROM facts WHERE free_at <= now()');
    return rows.length;
  };
  const left = async (): Promise<number> => (await ledger.database.query('SELECT FROM facts')).length;

  it('tells each end where somebody listens, in their order', async () => {
    const ids = await ended(3);
    expect(await told()).toEqual(ids.map((id) => `job.completed ${id}`));
    expect(await left()).toBe(0);
  });

  it('asks once for each type where nobody listens, and forgets what nobody would have heard', async () => {
    broker.answer = (type) => (type === 'job.completed' ? new ReturnedError('Nobody listens.') : undefined);
    const [first] = await ended(20);
    const other = await cancelled();
    expect(await told()).toEqual([`job.completed ${first ?? ''}`, `job.cancelled ${other}`]);
    expect(await left()).toBe(0);
  });

  it('keeps what a broken channel has not taken, and tells it again', async () => {
    const ids = await ended(3);
    broker.answer = () => new ChannelLostError();
    const teller = tellerOf();
    expect(await told(teller)).toEqual([`job.completed ${ids[0] ?? ''}`]);
    expect([await left(), await free()]).toEqual([3, 3]);
    broker.answer = () => undefined;
    expect(await told(teller)).toEqual(ids.map((id) => `job.completed ${id}`));
    expect(await left()).toBe(0);
  });

  it('claims one of many that nobody hears', async () => {
    broker.answer = () => new ReturnedError('Nobody listens.');
    await ended(20);
    await ledger.database.query(NOTE_CLAIMS);
    await told();
    expect(await ledger.database.query('SELECT FROM claims')).toHaveLength(1);
    await ledger.database.query('DROP FUNCTION note_claim CASCADE');
  });

  it('leaves alone what another gateway has in hand', async () => {
    const ids = await ended(3);
    const facts = new FactStore(ledger.database);
    const [theirs] = await facts.next(1);
    if (theirs !== undefined) await facts.claim([theirs]);
    expect(await told()).toEqual(ids.slice(1).map((id) => `job.completed ${id}`));
    expect(await left()).toBe(1);
  });

  it('passes over jobs that are gone', async () => {
    const [gone = '', there = ''] = await ended(2);
    await steering.remove(gone, () => Promise.resolve());
    expect(await told()).toEqual([`job.completed ${there}`]);
    expect(await left()).toBe(0);
  });
});

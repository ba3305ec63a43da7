import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from 'uuidv7';
import { encodeSpawn, type MessageProperties } from '#libs/contracts';
import { JobStore } from '../ledger/job-store.js';
import { type NewJob } from '../ledger/new-job.js';
import { SpawnStore } from '../ledger/spawn-store.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { newJob } from '../testing/new-job.js';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { Spawners } from './spawners.js';

describe('the job that has spawned another', () => {
  let ledger: RealLedger;
  let spawners: Spawners;
  let jobs: JobStore;

  beforeAll(async () => {
    ledger = await startRealLedger();
    spawners = new Spawners(new SpawnStore(ledger.database));
    jobs = new JobStore(ledger.database, IDLE_DISPATCH);
  }, 60_000);

  afterAll(() => ledger.stop());

  const enter = async (changes: Partial<NewJob> = {}): Promise<string> => (await jobs.accept(newJob(changes))).job.id;
  const spawnedBy = (parent: string, domain = 'lab'): MessageProperties =>
    encodeSpawn({ id: uuidv7(), parent, domain, options: '{}' });

  it('gives its tenant and its trace, whatever else the message says', async () => {
    const parent = await enter({ tenant: 'acme', traceparent: '00-aa' });
    for (const sender of [undefined, 'acme']) {
      expect(await spawners.find(spawnedBy(parent), sender)).toMatchObject({
        ...{ ok: true, job: { id: parent, tenant: 'acme', traceparent: '00-aa' } },
      });
    }
  });

  it('is none for a message that names none', async () => {
    expect(await spawners.find({ headers: {} }, undefined)).toEqual({ ok: true, job: undefined });
  });

  it.each<[string, () => Promise<[MessageProperties, string | undefined]>]>([
    ['is not there', async () => [spawnedBy(uuidv7()), undefined]],
    ['has no id', async () => [spawnedBy('nobody'), undefined]],
    ['is named by a number', async () => [{ headers: { 'x-parent': 1 } }, undefined]],
    ['is of another domain', async () => [spawnedBy(await enter(), 'media'), undefined]],
    ['is of another tenant than its sender', async () => [spawnedBy(await enter({ tenant: 'acme' })), 'other']],
    [
      'has not been sent out',
      async () => [spawnedBy(await enter({ scheduledFor: new Date(Date.now() + 60_000) })), undefined],
    ],
  ])('is refused when it %s', async (_why, message) => {
    expect(await spawners.find(...(await message()))).toMatchObject({ ok: false, code: 'unknown_parent' });
  });
});

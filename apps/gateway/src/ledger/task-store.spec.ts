import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Announcement, DEFAULT_BACKOFF } from '#libs/contracts';
import { type RealLedger, startRealLedger } from '../testing/real-ledger.js';
import { TaskStore } from './task-store.js';

const START_MS = 60_000;
const TASK = 'lab.paint';

/** An app whose task takes this property alone. */
function announcementOf(appVersion: string, property: string): Announcement {
  return {
    ...{ domain: 'lab', appVersion, worker: 'lab@test' },
    queue: { key: 'lab.classic-1', type: 'classic', number: 1 },
    tasks: [
      {
        ...{ name: TASK, description: 'Paints.', maxTimeoutMs: 1_000, maxPayload: 1_000, example: null },
        schema: schemaOf(property),
        defaults: { maxAttempts: 1, backoff: DEFAULT_BACKOFF, timeoutMs: 1_000, priority: 4 },
        hash: property,
      },
    ],
  };
}

function schemaOf(property: string): Record<string, unknown> {
  return { type: 'object', properties: { [property]: { type: 'string' } } };
}

describe('tasks in memory', () => {
  let ledger: RealLedger;
  beforeAll(async () => {
    ledger = await startRealLedger();
  }, START_MS);
  afterAll(() => ledger.stop());

  it('keep their schema without reading it again, and get that of another version whoever has entered it', async () => {
    const [here, there] = [new TaskStore(ledger.database), new TaskStore(ledger.database)];
    await there.announce(announcementOf('1.0.0', 'colour'));
    await here.refresh();
    const known = here.find(TASK)?.schema;
    expect(known).toEqual(schemaOf('colour'));
    await here.refresh();
    expect(here.find(TASK)?.schema).toBe(known);
    await there.announce(announcementOf('1.1.0', 'shade'));
    await here.refresh();
    expect(here.find(TASK)).toMatchObject({ hash: 'shade', schema: schemaOf('shade') });
  });
});

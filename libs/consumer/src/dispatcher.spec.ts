import { describe, expect, it } from '@jest/globals';
import { encodeWorkOrder } from '#libs/contracts';
import { FileMissingError } from '#libs/storage';
import { Dispatcher } from './dispatcher.js';
import { OtherVersionWaits } from './other-version.js';
import { Settlement } from './settlement.js';

const ORDER = {
  ...{ jobId: '0197f6a0-1111-7000-8000-000000000000', attempt: 1, maxAttempts: 3, task: 'tests.act' },
  ...{ tenant: 'default', priority: 4, timeoutMs: 60_000, schemaHash: null, metadata: '{}', traceparent: null },
  createdAt: new Date().toISOString(),
};

describe('a dispatcher', () => {
  it('gives the place of a run that could not be reported to the next', async () => {
    let broken = true;
    const acknowledged: number[] = [];
    const reports = { report: async () => undefined, tell: () => undefined };
    const storage = {
      read: async (key: string) => Promise.reject(new FileMissingError(key)),
      put: async () => Promise.reject(new Error('Not asked for here.')),
    };
    const telemetry = {
      emit: (): void => {
        if (broken) throw new Error('The log is broken.');
      },
    };
    const tools = { tasks: new Map(), worker: 'w', storage, reports, telemetry, waits: new OtherVersionWaits() };
    const dispatcher = new Dispatcher(tools, new Settlement(reports, { bury: async () => undefined }), 1);
    const deliver = (run: number): void => {
      const properties = encodeWorkOrder({ ...ORDER, run });
      const ack = (): void => void acknowledged.push(run);
      dispatcher.take({ properties, body: Buffer.from('{}'), redelivered: false, gone: false, ack });
    };
    dispatcher.open();
    deliver(1);
    await new Promise(setImmediate);
    broken = false;
    deliver(2);
    await dispatcher.drain({ graceMs: 5_000, stopMs: 0 });
    expect(acknowledged).toEqual([2]);
    expect(dispatcher.runs).toEqual([]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { decodeWorkOrder, encodeWorkOrder, type WorkOrder } from './work-order.js';

const order: WorkOrder = {
  jobId: '01970000-0000-7000-8000-000000000001',
  run: 3,
  attempt: 2,
  maxAttempts: 5,
  task: 'media.process-image',
  tenant: 'default',
  priority: 6,
  timeoutMs: 30_000,
  alone: false,
  schemaHash: 'abc',
  createdAt: '2026-01-01T00:00:00.000Z',
  scheduledFor: '2026-01-02T00:00:00.000Z',
  metadata: '{"userId":"user456"}',
  traceparent: null,
};

describe('a work order', () => {
  it.each([false, true])('comes out of its message as it went in, to run alone: %s', (alone) => {
    expect(decodeWorkOrder(encodeWorkOrder({ ...order, alone }))).toEqual({ ok: true, value: { ...order, alone } });
  });

  it('is read when an older gateway has left out when the job was meant for', () => {
    const properties = encodeWorkOrder(order);
    const { 'x-scheduled-for': _, ...headers } = properties.headers;
    expect(decodeWorkOrder({ ...properties, headers })).toEqual({ ok: true, value: { ...order, scheduledFor: null } });
  });

  it('is refused in a version that this reader does not know', () => {
    const properties = encodeWorkOrder(order);
    const newer = { ...properties, headers: { ...properties.headers, 'x-version': 2 } };
    expect(decodeWorkOrder(newer)).toMatchObject({ ok: false, code: 'unknown_version' });
  });

  it.each(['messageId', 'type'] as const)('is refused without the property %s', (name) => {
    const { [name]: _, ...rest } = encodeWorkOrder(order);
    expect(decodeWorkOrder(rest)).toMatchObject({ ok: false, code: 'not_a_job' });
  });

  it.each([
    ['x-run', -1],
    ['x-run', 'one'],
    ['x-tenant', '../other'],
    ['x-timeout', undefined],
    ['x-metadata', 7],
    ['x-alone', 'yes'],
  ])('is refused with header %s of %j', (header, value) => {
    const properties = encodeWorkOrder(order);
    const headers = { ...properties.headers, [header]: value };
    expect(decodeWorkOrder({ ...properties, headers })).toMatchObject({ ok: false, code: 'not_a_job' });
  });
});

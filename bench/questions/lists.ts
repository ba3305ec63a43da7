import { type JobFilter } from '#libs/sdk';
import { FILLED } from './fill-ledger.js';

const { frequent, rare, formerTenant, ofCompleted, batch, largeBatch, completedBatch } = FILLED;
const { userId, kind } = frequent;

const DAY_MS = 86_400_000;
/** When the newest are of now and the oldest of 30 days ago. */
const ago = (days: number): Date => new Date(Date.now() - days * DAY_MS);

/** Each filter of `GET /v1/jobs`, with values that many rows have, few, and none. */
const ALONE: readonly JobFilter[] = [
  {},
  ...(['completed', 'failed', 'cancelled', 'running'] as const).map((status) => ({ status })),
  ...[frequent.task, rare.task, 'q0.none'].map((task) => ({ task })),
  ...[frequent.queue, rare.queue, 'none'].map((queue) => ({ queue })),
  ...[frequent.tenant, rare.tenant, formerTenant, 'none'].map((tenant) => ({ tenant })),
  ...[batch, largeBatch, completedBatch].map((batchId) => ({ batchId })),
  ...[frequent.errorCode, rare.errorCode, 'none'].map((errorCode) => ({ errorCode })),
  ...[{ userId }, { kind }, ofCompleted, { order: 4_711 }, { userId: 'none' }].map((metadata) => ({ metadata })),
  { createdAfter: ago(0.1) },
  { createdBefore: ago(15) },
  { createdAfter: ago(16), createdBefore: ago(15) },
];

/** Combinations that one index alone does not answer: what one filter finds the other has seldom, or never. */
const TOGETHER: readonly JobFilter[] = [
  ...(['failed', 'cancelled', 'running'] as const).flatMap((status): JobFilter[] => [
    ...[ofCompleted, { kind }].map((metadata) => ({ status, metadata })),
    ...[largeBatch, completedBatch].map((batchId) => ({ status, batchId })),
    ...[{ tenant: rare.tenant }, { tenant: formerTenant }].map((filter) => ({ status, ...filter })),
    ...[{ task: frequent.task }, { task: rare.task }, { queue: rare.queue }].map((filter) => ({ status, ...filter })),
    { status, createdBefore: ago(29) },
  ]),
  { status: 'completed', tenant: formerTenant },
  { status: 'completed', errorCode: frequent.errorCode },
  { status: 'cancelled', errorCode: rare.errorCode },
  { tenant: formerTenant, createdAfter: ago(20) },
  { tenant: formerTenant, metadata: ofCompleted },
  { tenant: rare.tenant, metadata: { kind } },
  { tenant: 't70', metadata: { kind } },
  { tenant: rare.tenant, task: frequent.task },
  { tenant: rare.tenant, errorCode: frequent.errorCode },
  { task: rare.task, metadata: { kind } },
  { queue: frequent.queue, metadata: { kind, ...ofCompleted }, createdBefore: ago(15) },
  { errorCode: frequent.errorCode, metadata: { kind } },
  { batchId: largeBatch, task: frequent.task, metadata: ofCompleted },
  { batchId: batch, metadata: { kind } },
];

/** What is asked of a full ledger. */
export const LISTS: readonly JobFilter[] = [...ALONE, ...TOGETHER];

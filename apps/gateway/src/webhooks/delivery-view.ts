import { isRecord, type JobError, type JobStatus } from '#libs/contracts';
import { type Receipt, receiptIn } from '#libs/webhooks';
import { type DeliveryAttempt, type DeliveryRecord } from '../ledger/delivery-history.js';
import { isoOf } from '../ledger/job-row.js';

/** A run of a delivery as it is shown. */
interface ShownAttempt extends DeliveryAttempt {
  readonly durationMs: number | null;
  /** Null: none came, or it is not over. */
  readonly answer: Receipt | null;
}

/** A delivery as it is shown. */
export interface ShownDelivery extends Pick<DeliveryRecord, 'id' | 'endpointId' | 'messageId' | 'kind'> {
  readonly event: string;
  readonly jobId: string | null;
  readonly status: JobStatus;
  /** As it is sent, but for what is new in each try and what signs it. */
  readonly request: {
    readonly method: 'POST';
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  /** The latest. */
  readonly answer: Receipt | null;
  readonly error: JobError | null;
  readonly attempts: readonly ShownAttempt[];
  readonly createdAt: string;
  readonly nextAttemptAt: string | null;
  readonly completedAt: string | null;
}

/** What the gateway has put into the payload of a delivery. */
interface Payload {
  readonly url: string;
  readonly event: string;
  readonly timestamp: string;
  readonly data: unknown;
}

/** A job that the ledger could not store with its payload is there as failed, without it. */
const NOTHING_STORED: Payload = { url: '', event: '', timestamp: '', data: null };

function messageIn(payload: unknown): Payload {
  return isRecord(payload) ? (payload as unknown as Payload) : NOTHING_STORED;
}

export function shownDelivery(delivery: DeliveryRecord): ShownDelivery {
  const { id, endpointId, messageId, kind, ofJob, status, error } = delivery;
  const { url, event, timestamp, data } = messageIn(delivery.payload);
  const attempts = delivery.attempts.map((attempt) => shownAttempt(attempt, delivery.result));
  return {
    ...{ id, endpointId, messageId, kind, event, jobId: ofJob, status },
    request: {
      ...{ method: 'POST', url },
      headers: { 'content-type': 'application/json', 'idempotency-key': messageId, 'webhook-id': messageId },
      body: { type: event, timestamp, data },
    },
    answer: attempts.findLast(({ answer }) => answer !== null)?.answer ?? null,
    ...{ error, attempts, createdAt: delivery.createdAt.toISOString() },
    ...{ nextAttemptAt: isoOf(delivery.nextAttemptAt), completedAt: isoOf(delivery.completedAt) },
  };
}

function shownAttempt(attempt: DeliveryAttempt, result: unknown): ShownAttempt {
  const { startedAt, endedAt, outcome, error, reason } = attempt;
  const over = startedAt !== null && endedAt !== null;
  return {
    ...attempt,
    durationMs: over ? Date.parse(endedAt) - Date.parse(startedAt) : null,
    answer: outcome === 'completed' ? receiptOf(result) : (receiptIn(error?.message ?? reason ?? '') ?? null),
  };
}

/** Of the result of the job: see `DeliverWebhookResult` of the integrations app. */
function receiptOf(result: unknown): Receipt | null {
  const { status, excerpt } = isRecord(result) ? result : {};
  if (typeof status !== 'number') return null;
  return { status, excerpt: typeof excerpt === 'string' ? excerpt : null };
}

import { type Job } from '#libs/contracts';
import { type Queries } from './database.js';
import { enterFollowers, type Follower } from './follower-entry.js';
import { type EndpointRecord } from './webhook-endpoint-row.js';

/** Why there is a delivery: a job has ended, somebody wants it once more, or tries the endpoint out. */
export const DELIVERY_KINDS = ['end', 'replay', 'test'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** The end of a job that a delivery tells of. */
export interface DeliveredEnd {
  /** As it ended. */
  readonly job: Job;
  readonly version: number;
  readonly endedAt: Date;
}

/** A webhook for an endpoint. */
export interface Delivery {
  /** Of its job. */
  readonly id: string;
  /** The webhook-id. */
  readonly messageId: string;
  readonly kind: DeliveryKind;
  readonly endpoint: EndpointRecord;
  readonly of: DeliveredEnd;
}

/** A delivery as it is noted, with the job that delivers. */
export interface MadeDelivery {
  readonly delivery: Pick<Delivery, 'messageId' | 'kind'> & {
    readonly endpoint: Pick<EndpointRecord, 'id'>;
    readonly of: { readonly job: Pick<Job, 'id'>; readonly version: number } | null;
  };
  readonly follower: Follower;
}

/**
 * Enters the jobs of deliveries, and notes for which endpoint they are. One that cannot run is entered as failed, so that it is seen.
 * @param waits they wait until the outbox has room
 */
export async function enterDeliveries(
  transaction: Queries,
  made: readonly MadeDelivery[],
  waits: boolean,
): Promise<void> {
  if (made.length === 0) return;
  await enterFollowers(
    transaction,
    made.map(({ follower }) => follower),
    waits,
  );
  const column = <T>(pick: (one: MadeDelivery) => T): T[] => made.map(pick);
  await transaction.query(NOTE, [
    column(({ follower }) => follower.job.id),
    column(({ delivery }) => delivery.endpoint.id),
    column(({ delivery }) => delivery.messageId),
    column(({ delivery }) => delivery.kind),
    column(({ delivery }) => delivery.of?.job.id ?? null),
    column(({ delivery }) => delivery.of?.version ?? null),
  ]);
}

const NOTE = `
INSERT INTO webhook_deliveries (job_id, endpoint_id, message_id, kind, of_job, of_version)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::int[])
ON CONFLICT DO NOTHING`;

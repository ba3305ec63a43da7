import { uuidv7 } from 'uuidv7';
import { type FollowerMaker } from '../flows/follower-maker.js';
import { invalid } from '../http/problem.js';
import { type JobIntake } from '../jobs/job-intake.js';
import { type Delivery, type DeliveryKind, type MadeDelivery } from '../ledger/delivery-entry.js';
import { type DeliveryRecord } from '../ledger/delivery-history.js';
import { type Follower } from '../ledger/follower-entry.js';
import { type EndpointRecord } from '../ledger/webhook-endpoint-row.js';
import { DELIVER_WEBHOOK } from '../notifications/end-tellings.js';
import { type NoticeRequest } from '../notifications/notice-writer.js';
import { type WebhookWriter } from '../notifications/webhook-writer.js';

/** What is sent, and by which id receivers know it. */
interface Message {
  readonly messageId: string;
  readonly event: string;
  readonly timestamp: string;
  readonly data: unknown;
}

/** Makes the jobs of deliveries of ends, which are checked as any request for a job is checked. */
export function deliveryMaker(
  followers: Pick<FollowerMaker, 'makeTold'>,
  writer: Pick<WebhookWriter, 'contentOf'>,
): (delivery: Delivery) => Promise<Follower> {
  return ({ id, messageId, endpoint, of: { job, endedAt } }) => {
    const message = { messageId, timestamp: endedAt.toISOString(), ...writer.contentOf(job) };
    const due = { id, tenant: endpoint.tenant, task: DELIVER_WEBHOOK, request: {}, traceparent: null };
    return followers.makeTold({ ...due, job, batch: undefined }, requestFor(endpoint, message, job.id));
  };
}

/** Makes deliveries that somebody asks for. */
export class AskedDeliveries {
  constructor(private readonly intake: Pick<JobIntake, 'prepare'>) {}

  /** A webhook that says nothing, to try an endpoint out. @throws Problem 422 where no webhooks are delivered */
  async test(endpoint: EndpointRecord): Promise<MadeDelivery> {
    const data = { endpoint: endpoint.id, message: 'This webhook is a test. Nothing has happened.' };
    const message = { messageId: uuidv7(), event: 'webhook.test', timestamp: new Date().toISOString(), data };
    return this.#made(endpoint, { message, kind: 'test', of: null });
  }

  /** The same message once more, to where the endpoint is now. @throws Problem as `test` */
  async again(
    endpoint: EndpointRecord,
    { messageId, payload, ofJob, ofVersion }: DeliveryRecord,
  ): Promise<MadeDelivery> {
    const message = { ...(payload as Omit<Message, 'messageId'>), messageId };
    const of = ofJob === null ? null : { job: { id: ofJob }, version: ofVersion ?? 0 };
    return this.#made(endpoint, { message, kind: 'replay', of });
  }

  async #made(
    endpoint: EndpointRecord,
    { message, kind, of }: { message: Message; kind: DeliveryKind; of: MadeDelivery['delivery']['of'] },
  ): Promise<MadeDelivery> {
    const origin = { tenant: endpoint.tenant, traceparent: null, ...(of === null ? {} : { parentId: of.job.id }) };
    const intake = await this.intake.prepare(requestFor(endpoint, message, of?.job.id ?? null), origin);
    if (!intake.ok) throw invalid(intake.errors);
    const { messageId } = message;
    return { delivery: { messageId, kind, endpoint, of }, follower: { job: intake.job, failure: null } };
  }
}

/** Lanes of one job each: a message has its lane, and with one lane all go in order. */
function requestFor(
  { id, url, concurrency }: EndpointRecord,
  { messageId, event, timestamp, data }: Message,
  jobId: string | null,
): NoticeRequest {
  const lane = concurrency === null ? null : Number.parseInt(messageId.slice(-4), 16) % concurrency;
  return {
    task: DELIVER_WEBHOOK,
    payload: { url, event, data, endpoint: id, messageId, timestamp },
    metadata: { webhookEndpoint: id, ...(jobId === null ? {} : { webhookOf: jobId }) },
    ...(lane === null ? {} : { concurrencyKey: `webhook-endpoint ${id} ${lane}` }),
  };
}

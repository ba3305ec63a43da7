import { Ctx, Payload } from '@nestjs/microservices';
import { exponential, type JobContext, Task, TaskController } from '#libs/consumer';
import { LIMITS } from '#libs/contracts';
import { signatureHeaders } from '#libs/webhooks';
import { Outgoing } from '../../outgoing/outgoing.js';
import { WebhookKeys } from '../../outgoing/webhook-keys.js';
import { DeliverWebhookPayload } from './deliver-webhook.payload.js';
import { receiptError } from './receipt-error.js';

/** What an `integrations.deliver-webhook` job results in. */
export interface DeliverWebhookResult {
  readonly status: number;
  /** The beginning of the receiver's answer; null when it had no text. */
  readonly excerpt: string | null;
}

/** `integrations.deliver-webhook`: tells a receiver that something has happened, signed after Standard Webhooks. */
@TaskController('integrations')
export class DeliverWebhookHandler {
  constructor(
    private readonly outgoing: Outgoing,
    private readonly keys: WebhookKeys,
  ) {}

  // Twelve tries take almost six hours.
  @Task('deliver-webhook', {
    payload: DeliverWebhookPayload,
    description: 'Delivers a webhook that is signed with the secret of the tenant, or of one of its endpoints.',
    example: { url: 'https://example.com/hooks', event: 'order.shipped', data: { order: 17 } },
    maxAttempts: 12,
    backoff: exponential('10s', { maxDelay: '3h' }),
    maxPayload: LIMITS.announcedPayload,
  })
  async deliverWebhook(
    @Payload() payload: DeliverWebhookPayload,
    @Ctx() job: JobContext,
  ): Promise<DeliverWebhookResult> {
    const { url, event, data = null, endpoint, messageId: id = job.id, timestamp = job.dueAt } = payload;
    const body = JSON.stringify({ type: event, timestamp, data });
    const secrets = await this.keys.of({ tenant: job.tenant, ...(endpoint === undefined ? {} : { endpoint }) });
    const { traceparent, signal } = job;
    const answer = await this.outgoing.deliver({
      ...{ method: 'POST', url, body, signal, job },
      headers: {
        ...{ 'content-type': 'application/json', 'idempotency-key': id },
        ...(traceparent === null ? {} : { traceparent }),
        ...signatureHeaders({ id, at: new Date(), body }, secrets),
      },
    });
    const error = receiptError(answer);
    if (error !== undefined) throw error;
    return { status: answer.status, excerpt: answer.excerpt };
  }
}

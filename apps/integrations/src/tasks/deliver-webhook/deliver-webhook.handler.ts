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
    description: 'Delivers a webhook that is signed with the secret of the tenant.',
    example: { url: 'https://example.com/hooks', event: 'order.shipped', data: { order: 17 } },
    maxAttempts: 12,
    backoff: exponential('10s', { maxDelay: '3h' }),
    maxPayload: LIMITS.announcedPayload,
  })
  async deliverWebhook(
    @Payload() { url, event, data = null }: DeliverWebhookPayload,
    @Ctx() job: JobContext,
  ): Promise<DeliverWebhookResult> {
    const body = JSON.stringify({ type: event, timestamp: job.dueAt, data });
    const secrets = await this.keys.of(job.tenant);
    const { id, traceparent, signal } = job;
    const answer = await this.outgoing.deliver({
      ...{ method: 'POST', url, body, signal },
      headers: {
        ...{ 'content-type': 'application/json', 'idempotency-key': id },
        ...(traceparent === null ? {} : { traceparent }),
        ...signatureHeaders({ id, at: new Date(), body }, secrets),
      },
    });
    const error = receiptError(answer);
    if (error !== undefined) throw error;
    return { status: answer.status };
  }
}

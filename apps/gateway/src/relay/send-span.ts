import { type WorkOrder } from '#libs/contracts';
import { beginSpan, isTracing } from '#libs/observability';

/** Sends a job's message within a span, with which the run goes on. So each run has its own, in the trace of the job. */
export async function sendInSpan(
  order: WorkOrder,
  exchange: string,
  send: (order: WorkOrder) => Promise<void>,
): Promise<void> {
  if (!isTracing()) return send(order);
  const span = beginSpan(
    () => ({
      name: `send ${order.task}`,
      kind: 'producer',
      attributes: {
        ...{ 'messaging.system': 'rabbitmq', 'messaging.operation.type': 'send', 'messaging.operation.name': 'send' },
        ...{ 'messaging.destination.name': exchange, 'messaging.message.id': order.jobId },
        ...{ 'leveret.task': order.task, 'leveret.job': order.jobId, 'leveret.tenant': order.tenant },
        ...{ 'leveret.attempt': order.attempt, 'leveret.run': order.run },
      },
    }),
    order.traceparent,
  );
  try {
    await send({ ...order, traceparent: span.traceparent });
    span.end();
  } catch (error) {
    span.end({ error: error instanceof Error ? error.name : 'error' });
    throw error;
  }
}

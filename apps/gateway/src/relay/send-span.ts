import { type WorkOrder } from '#libs/contracts';
import { inSpan, type SpanAbout } from '#libs/observability';

/** Sends a job's message within a span, with which the run goes on. So each run has its own, in the trace of the job. */
export function sendInSpan(
  order: WorkOrder,
  exchange: string,
  send: (order: WorkOrder) => Promise<void>,
): Promise<void> {
  return inSpan(
    () => aboutMessage(order, exchange),
    order.traceparent,
    (traceparent) => send({ ...order, traceparent }),
  );
}

function aboutMessage(order: WorkOrder, exchange: string): SpanAbout {
  return {
    name: `send ${order.task}`,
    kind: 'producer',
    attributes: {
      ...{ 'messaging.system': 'rabbitmq', 'messaging.operation.type': 'send', 'messaging.operation.name': 'send' },
      ...{ 'messaging.destination.name': exchange, 'messaging.message.id': order.jobId },
      ...{ 'leveret.task': order.task, 'leveret.job': order.jobId, 'leveret.tenant': order.tenant },
      ...{ 'leveret.attempt': order.attempt, 'leveret.run': order.run },
    },
  };
}

import { type Ended, type Returned, type WorkOrder } from '#libs/contracts';
import { beginSpan, type OpenSpan } from '#libs/observability';

/** The span of one run, which goes on with that of its message. */
export function beginRunSpan({ order }: { readonly order: WorkOrder }): OpenSpan {
  return beginSpan(
    () => ({
      name: `process ${order.task}`,
      kind: 'consumer',
      attributes: {
        ...{ 'messaging.system': 'rabbitmq', 'messaging.operation.type': 'process' },
        ...{ 'messaging.operation.name': 'process', 'messaging.message.id': order.jobId },
        ...{ 'leveret.task': order.task, 'leveret.job': order.jobId, 'leveret.tenant': order.tenant },
        ...{ 'leveret.attempt': order.attempt, 'leveret.run': order.run },
      },
    }),
    order.traceparent,
  );
}

/** Ends the span by what is reported of its run. */
export function endRunSpan(span: OpenSpan, report: Ended | Returned): void {
  if (report.type === 'returned') {
    span.end({ attributes: { 'leveret.outcome': 'returned' } });
    return;
  }
  const { outcome } = report;
  const attributes = { 'leveret.outcome': outcome.kind };
  span.end('failure' in outcome ? { attributes, error: outcome.failure.code } : { attributes });
}

import { type RunReport } from '#libs/contracts';
import { type Reporter } from './reporter.js';
import { type Delivery } from './delivery.js';

/**
 * The one way in which a job's delivery leaves our hands: what is said of it is confirmed by the broker, then it is
 * acknowledged. If the process dies in between, the delivery comes again and the report is a duplicate, which is harmless.
 * @param deliveryOf looked up after the confirm, because a run may have been delivered again meanwhile
 */
export async function settle(
  reporter: Pick<Reporter, 'report'>,
  report: RunReport,
  deliveryOf: () => Pick<Delivery, 'ack'>,
): Promise<void> {
  await reporter.report(report);
  deliveryOf().ack();
}

import { brokerNames } from '#libs/broker';
import { MAX_PRIORITY } from '#libs/contracts';

/** How a work queue of ours is declared, but for its name. */
export const WORK_QUEUE = {
  durable: true,
  arguments: {
    ...{ 'x-queue-type': 'classic', 'x-max-priority': MAX_PRIORITY },
    ...{ 'x-dead-letter-exchange': brokerNames('leveret').dead, 'x-dead-letter-routing-key': 'bench.broker' },
  },
};

import { featuresOf } from '#libs/broker';
import { type Check } from '../check.js';
import { good, note, unknown } from '../finding.js';

/** Whether the broker obeys priorities with the declared queue type. */
export const priorities: Check = {
  name: 'priorities',
  examine: async ({ broker: { queueType }, link }) => {
    const features = featuresOf(queueType, link.server);
    switch (features.priorities) {
      case 'strict':
        return [good('Ten levels, higher first.')];
      case 'two-levels':
        return [note('Quorum queues have two levels: a priority of 5 or more goes before the rest.')];
      case 'none':
        return [
          note(
            `Quorum queues on ${features.broker ?? 'this broker'} know no priorities: jobs start in the order in which they came.`,
            'Upgrade RabbitMQ to 4.0 for two levels, or set QUEUE_TYPE=classic on a single node.',
          ),
        ];
      case null:
        return [unknown('They depend on the version of the broker.', 'Look again when it can be reached.')];
    }
  },
};

import { type Check } from '../check.js';
import { type Finding, good, toMend, unknown } from '../finding.js';
import { type ManagedQueue } from '../management-view.js';
import { workQueuesIn } from '../suite-queues.js';

/**
 * How long the broker waits for an acknowledgement, as far as it tells: what a policy or an argument says of a queue. The
 * `consumer_timeout` of its configuration is shown by no API.
 */
export const ackTimeout: Check = {
  name: 'acknowledgement time-out',
  examine: async ({ broker, management }) => {
    const declared = broker.ackTimeoutMs;
    const queues = management === undefined ? [] : workQueuesIn(await management.queues(), broker.prefix);
    const told = queues.flatMap((queue) => {
      const ms = toldBy(queue);
      return ms === undefined ? [] : [judged(queue.name, ms, declared)];
    });
    return told.length > 0 ? told : [untold(declared)];
  },
};

function toldBy({ arguments: given, effective_policy_definition: policy }: ManagedQueue): number | undefined {
  const values = [
    given?.['x-consumer-timeout'],
    policy !== undefined && 'consumer-timeout' in policy ? policy['consumer-timeout'] : undefined,
  ];
  const numbers = values.filter((value): value is number => typeof value === 'number');
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}

function judged(queue: string, ms: number, declared: number): Finding {
  if (ms >= declared) return good(`${queue} waits ${ms} ms; BROKER_ACK_TIMEOUT says ${declared} ms.`);
  return toMend(
    `${queue} waits ${ms} ms for an acknowledgement, and BROKER_ACK_TIMEOUT says ${declared} ms: longer jobs are taken away while they run.`,
    `Raise consumer-timeout of its policy to ${declared}, or lower BROKER_ACK_TIMEOUT of every app to ${ms}ms.`,
  );
}

function untold(declared: number): Finding {
  return unknown(
    `BROKER_ACK_TIMEOUT says ${declared} ms, and the broker does not show its consumer_timeout.`,
    `Compare: rabbitmqctl eval 'application:get_env(rabbit, consumer_timeout).' must not print less.`,
  );
}

import { BodySchema } from '../http/body-schema.js';
import { invalid } from '../http/problem.js';
import { type TaskRecord } from '../ledger/task-store.js';
import { type ReleaseRules } from '../release/release-plan.js';

const MOST_WEIGHT = 100;

/** The body of `PATCH /v1/queues/:name`. */
export const QUEUE_RULES = new BodySchema<Partial<ReleaseRules>>({
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    order: { type: 'string', enum: ['fifo', 'lifo'] },
    weights: {
      type: 'object',
      additionalProperties: { type: 'integer', minimum: 1, maximum: MOST_WEIGHT },
      description: 'By the names of tasks of the queue; {} for none.',
    },
  },
});

/**
 * How held jobs of a queue are to be let go.
 * @throws Problem 422 that names each wrong field, and each name that is no task of the queue
 */
export function readQueueRules(
  body: unknown,
  queue: string,
  tasks: readonly Pick<TaskRecord, 'name' | 'queue'>[],
): Partial<ReleaseRules> {
  const rules = QUEUE_RULES.read(body);
  const known = new Set(tasks.filter((task) => task.queue === queue).map(({ name }) => name));
  const unknown = Object.keys(rules.weights ?? {}).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw invalid(unknown.map((name) => ({ path: `weights.${name}`, message: `is no task of the queue ${queue}` })));
  }
  return rules;
}

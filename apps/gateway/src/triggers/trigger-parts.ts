import { type SubscriberOptions } from '#libs/broker';
import { EventIngress, type EventIngressParts } from '../events/event-ingress.js';
import { type JobIntake } from '../jobs/job-intake.js';
import { type EventStore } from '../ledger/event-store.js';
import { type TaskStore } from '../ledger/task-store.js';
import { type EventBindings } from './event-bindings.js';
import { jobBuilder } from './job-builder.js';
import { TriggerRunner, type TriggerRunnerParts } from './trigger-runner.js';

type Given = Omit<EventIngressParts, 'events'> &
  Pick<TriggerRunnerParts, 'firings' | 'lookout'> & {
    readonly events: EventStore;
    readonly eventBindings: EventBindings;
    readonly intake: JobIntake;
    readonly tasks: TaskStore;
  };

/** What the gateway does about events and triggers beside answering requests. */
export function triggerParts(given: Given): readonly { start(): void; stop(): Promise<void> }[] {
  const { eventBindings, intake, tasks } = given;
  const setup: NonNullable<SubscriberOptions['setup']> = async (channel) => {
    await given.setup(channel);
    await eventBindings.bindAll(channel);
  };
  return [
    new EventIngress({ ...given, setup }),
    eventBindings,
    new TriggerRunner({ ...given, builder: jobBuilder(intake, tasks) }),
  ];
}

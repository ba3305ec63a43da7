import { type Check, isText, literal, shape } from './shape.js';
import { type MessageProperties, VERSION_HEADER, WIRE_VERSION } from './wire.js';

const PROBE_TYPE = 'probe';

/** The last word of a probe's routing key, behind the key of the queue that it goes through. */
export const PROBE_KEY = 'probe';

/**
 * A message that goes the way of a queue's jobs and is answered by the app that gets it. What lay in the queue before it
 * at its priority has then been delivered too, so a job that nobody has heard of since is not in the queue.
 */
export interface Probe {
  readonly id: string;
  /** Of the jobs that are asked for: within one priority a queue keeps the order. */
  readonly priority: number;
}

/** A probe has arrived. It travels among the reports that move jobs, behind those of the jobs that came before it. */
export interface Probed {
  readonly type: 'probed';
  readonly probe: string;
  readonly worker: string;
}

/** Properties of the message that is a probe; it has no body. */
export function encodeProbe({ id, priority }: Probe): MessageProperties {
  return { messageId: id, type: PROBE_TYPE, priority, headers: { [VERSION_HEADER]: WIRE_VERSION } };
}

/** The id of a probe; undefined for any other message. No task is named like it, because a task's name has a dot. */
export function probeIn({ type, messageId }: MessageProperties): string | undefined {
  return type === PROBE_TYPE ? messageId : undefined;
}

export const isProbed: Check<Probed> = shape<Probed>({ type: literal('probed'), probe: isText, worker: isText });

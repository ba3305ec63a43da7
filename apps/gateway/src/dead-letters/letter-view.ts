import { type JobError } from '#libs/contracts';
import { withoutSecrets } from '../jobs/secret-fields.js';
import { type DeadLetterRecord, type DeadMessage } from '../ledger/dead-letter.js';
import { type TaskStore } from '../ledger/task-store.js';

/** A dead letter as it is shown. */
export interface ShownDeadLetter {
  readonly id: string;
  readonly jobId: string | null;
  readonly tenant: string;
  readonly queue: string;
  readonly task: string | null;
  readonly error: JobError;
  readonly reason: string;
  readonly payload: unknown;
  readonly workerId: string | null;
  readonly deadAt: string;
  /** Null of a job's letter. */
  readonly message: ShownMessage | null;
}

/** `json`: the payload is what the body holds; else it is text: as it came, in base64, or the beginning of it. */
type ShownMessage = Omit<DeadMessage, 'domain' | 'encoding'> & { readonly encoding: 'json' | DeadMessage['encoding'] };

/** Shows dead letters with secret fields masked. */
export class LetterView {
  constructor(private readonly tasks: Pick<TaskStore, 'find'>) {}

  shown(record: DeadLetterRecord): ShownDeadLetter {
    const { id, jobId, tenant, queue, task, error, reason, workerId, deadAt } = record;
    return {
      ...{ id, jobId, tenant, queue, task, error, reason },
      ...(record.message === null ? this.#ofJob(record) : ofMessage(record.payload, record.message)),
      ...{ workerId, deadAt: deadAt.toISOString() },
    };
  }

  #ofJob({ task, payload }: DeadLetterRecord): { payload: unknown; message: null } {
    const value = JSON.parse(payload) as unknown;
    const schema = task === null ? undefined : this.tasks.find(task)?.schema;
    return { payload: schema === undefined ? value : withoutSecrets(value, schema), message: null };
  }
}

// Its secrets were masked before it was written down.
function ofMessage(body: string, { domain: _, ...message }: DeadMessage): { payload: unknown; message: ShownMessage } {
  if (message.encoding === 'base64' || message.clipped) return { payload: body, message };
  try {
    return { payload: JSON.parse(body) as unknown, message: { ...message, encoding: 'json' } };
  } catch {
    return { payload: body, message };
  }
}

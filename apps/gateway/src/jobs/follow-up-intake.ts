import { uuidv7 } from 'uuidv7';
import { type FieldError } from '../http/problem.js';
import { type FollowUp } from '../ledger/follow-up.js';
import { type EndTellings } from '../notifications/end-tellings.js';
import { checkPlaceholders } from '../placeholders/check-placeholders.js';
import { extentErrors, type FollowedKind, followUpErrors, type FollowUpRequest, rootsOf } from './follow-up-request.js';
import { type JobOrigin } from './job-origin.js';
import { permittedPriority } from './permitted-priority.js';
import { type RequestCheck } from './request-check.js';

/** What a `then` belongs to, and where it comes from. */
export interface FollowUpOrigin extends Pick<JobOrigin, 'tenant' | 'traceparent' | 'key' | 'stored'> {
  readonly of: FollowedKind;
}

/** Checks what is to follow from the end of a job or a batch: all but what its placeholders will be filled with. */
export class FollowUpIntake {
  constructor(
    private readonly check: RequestCheck,
    private readonly tellings: Pick<EndTellings, 'read'>,
  ) {}

  /** The entries of a `then` that nothing is wrong with; what is wrong with others is added to `errors`, by path. */
  async read(then: readonly unknown[], origin: FollowUpOrigin, errors: FieldError[]): Promise<FollowUp[]> {
    const extent = extentErrors(then);
    errors.push(...extent);
    return extent.length > 0 ? [] : this.#readAll(then, origin, errors);
  }

  async #readAll(then: readonly unknown[], origin: FollowUpOrigin, errors: FieldError[]): Promise<FollowUp[]> {
    const followUps: FollowUp[] = [];
    for (const [position, entry] of then.entries()) {
      const wrong: FieldError[] = [];
      const read = await this.#readOne(entry, origin, wrong);
      if (read !== undefined && wrong.length === 0) followUps.push({ position, ...read });
      errors.push(...wrong.map(({ path, message }) => ({ path: `then.${position}${path && `.${path}`}`, message })));
    }
    return followUps;
  }

  async #readOne(
    entry: unknown,
    origin: FollowUpOrigin,
    errors: FieldError[],
  ): Promise<Omit<FollowUp, 'position'> | undefined> {
    errors.push(...followUpErrors(entry, origin.of));
    if (errors.length > 0) return undefined;
    const asked = entry as FollowUpRequest;
    const task = await this.check.taskOf(asked.task, errors);
    if (task === undefined) return undefined;
    await this.tellings.read(asked, origin, errors); // what is wrong is said now; it is read again when the job is made
    const options = this.check.optionsOf(asked, task, errors);
    const placeholders = checkPlaceholders(asked.payload, 'payload', rootsOf(asked, origin.of));
    errors.push(...placeholders.errors);
    if (!placeholders.some) this.check.payloadOf(asked, task, origin.tenant, errors);
    const then = await this.#readAll(asked.then ?? [], { ...origin, of: 'job' }, errors);
    const { after, on = origin.of === 'batch' || after === 'spawned' ? 'final' : 'completed', ...request } = asked;
    // As a job of this key would have it: a follower is checked again when it is made, by its task alone.
    const priority = permittedPriority(options.priority, asked, origin.key, errors);
    const further = { task: task.name, priority, ...(then.length === 0 ? {} : { then: then.map(entryOf) }) };
    return {
      id: uuidv7(),
      on,
      spawned: after === 'spawned',
      task: task.name,
      traceparent: origin.traceparent,
      request: Object.assign({}, request, further),
    };
  }
}

function entryOf({ request, on, spawned }: FollowUp): object {
  return { ...request, on, ...(spawned ? { after: 'spawned' } : {}) };
}

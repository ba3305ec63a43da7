import { type Delivery, type SubscriberOptions } from '#libs/broker';
import { maskedBody } from '../dead-letters/masked-body.js';
import { Problem } from '../http/problem.js';
import { type JobIntake } from '../jobs/job-intake.js';
import { blamesContent } from '../ledger/database.js';
import { ForeignJobIdError, type JobStore } from '../ledger/job-store.js';
import { type NewJob } from '../ledger/new-job.js';
import { type SpawningJob, type SpawnStore } from '../ledger/spawn-store.js';
import { type TaskStore } from '../ledger/task-store.js';
import { type Admission } from '../limits/admission.js';
import { jobIdOf } from './job-id.js';
import { MessageIntake, type MessageIntakeParts, type Refusal } from './message-intake.js';
import { readRequest } from './read-request.js';
import { Spawners } from './spawners.js';

export interface IngressParts extends MessageIntakeParts {
  readonly setup: NonNullable<SubscriberOptions['setup']>;
  readonly intake: JobIntake;
  readonly jobs: Pick<JobStore, 'accept' | 'find'>;
  readonly admission: Pick<Admission, 'enterOne'>;
  readonly spawns: SpawnStore;
  readonly tasks: Pick<TaskStore, 'find'>;
}

/** Whose job a message becomes, and of which id; both are made once, so that another try is no other job. */
interface Origin {
  readonly tenant: string;
  readonly id: string;
}

// Another job in its place would not be of the batch, which would wait for it.
const KEYED_SPAWN: Refusal = {
  code: 'invalid_job',
  reason: 'uniqueKey does not go with a spawned job, whose key is its id',
};

/** Takes in jobs that services publish to the broker, with the checks of a `POST`. */
export class Ingress {
  readonly #parts: IngressParts;
  readonly #messages: MessageIntake;
  readonly #spawners: Spawners;

  constructor(parts: IngressParts) {
    this.#parts = parts;
    this.#spawners = new Spawners(parts.spawns);
    this.#messages = new MessageIntake(parts, {
      queue: parts.names.ingress,
      where: 'ingress',
      setup: parts.setup,
      begin: (delivery, tenant) => {
        const origin = { tenant, id: jobIdOf(tenant, delivery.properties.messageId) };
        return () => this.#settle(delivery, origin);
      },
      letterOf: ({ routingKey, body }) => {
        const [domain = 'unknown'] = routingKey.split('.');
        return { domain, ...maskedBody(body, parts.tasks.find(routingKey)?.schema) };
      },
    });
  }

  start(): void {
    this.#messages.start();
  }

  /** Takes no more, and settles when what was taken is entered and acknowledged. */
  async stop(): Promise<void> {
    await this.#messages.stop();
  }

  /** A spawned job that is refused is noted: its batch does not wait for it. */
  async #settle(delivery: Delivery, origin: Origin): Promise<Refusal | undefined> {
    const { properties } = delivery;
    const spawner = await this.#spawners.find(properties, this.#parts.tenants.get(properties.userId ?? ''));
    if (!spawner.ok) return spawner;
    if (spawner.job === undefined) return this.#enter(delivery, origin);
    const { id, tenant } = spawner.job;
    const refusal = await this.#enter(delivery, { ...origin, tenant }, spawner.job);
    if (refusal === undefined) return undefined;
    await this.#parts.spawns.refused(id, origin.id);
    return { ...refusal, tenant };
  }

  async #enter(delivery: Delivery, { tenant, id }: Origin, spawner?: SpawningJob): Promise<Refusal | undefined> {
    const read = readRequest(delivery);
    if (!read.ok) return read;
    const { request, traceparent } = read.value;
    if (spawner !== undefined && 'uniqueKey' in request) return KEYED_SPAWN;
    const ofSpawner = spawner && { parentId: spawner.id, batchId: spawner.id, traceparent: spawner.traceparent };
    const intake = await this.#parts.intake.prepare(request, { tenant, id, traceparent, ...ofSpawner });
    if (!intake.ok) {
      return { code: 'invalid_job', reason: intake.errors.map(({ path, message }) => `${path} ${message}`).join('; ') };
    }
    try {
      // A job that may spawn has been let in with what comes of it: its limit is another.
      if (spawner === undefined) await this.#admit(intake.job);
      else await this.#parts.jobs.accept(intake.job);
      return undefined;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== undefined) return refusal;
      throw error;
    }
  }

  /** One that comes again is there already, and is not one more. */
  async #admit(job: NewJob): Promise<void> {
    const { admission, jobs } = this.#parts;
    try {
      await admission.enterOne(job.tenant, async () => ({ isNew: (await jobs.accept(job)).created }));
    } catch (error) {
      if (!(error instanceof Problem) || (await jobs.find(job.id, job.tenant)) === undefined) throw error;
    }
  }
}

/** Why the ledger does not take a job; undefined when it may take it another time. */
function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Problem && error.status === 429) return { code: 'too_many_open_jobs', reason: error.message };
  if (error instanceof ForeignJobIdError) return { code: 'id_taken', reason: error.message };
  return blamesContent(error) ? { code: 'invalid_job', reason: 'The ledger cannot store the job.' } : undefined;
}

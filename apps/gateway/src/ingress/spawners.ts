import { type MessageProperties, spawnerIn } from '#libs/contracts';
import { readId } from '../http/ids.js';
import { type SpawningJob, type SpawnStore } from '../ledger/spawn-store.js';
import { type Refusal } from './message-intake.js';

const KEPT = 1_000;

/** The job that has spawned the job of a message, or why it cannot have. */
export type FoundSpawner =
  { readonly ok: true; readonly job: SpawningJob | undefined } | ({ readonly ok: false } & Refusal);

/** Finds the jobs that spawned jobs name, and remembers them: one spawns thousands. */
export class Spawners {
  readonly #store: Pick<SpawnStore, 'spawner'>;
  readonly #known = new Map<string, SpawningJob>();

  constructor(store: Pick<SpawnStore, 'spawner'>) {
    this.#store = store;
  }

  /** @param tenant that the broker's user of the message speaks for; undefined for one that speaks for none */
  async find(properties: MessageProperties, tenant: string | undefined): Promise<FoundSpawner> {
    const claim = spawnerIn(properties);
    if (claim === undefined) return { ok: true, job: undefined };
    const id = typeof claim.parent === 'string' ? readId(claim.parent) : undefined;
    const job = id === undefined ? undefined : await this.#read(id);
    if (job === undefined || job.queue !== claim.domain || (tenant ?? job.tenant) !== job.tenant) return UNKNOWN;
    return { ok: true, job };
  }

  async #read(id: string): Promise<SpawningJob | undefined> {
    const known = this.#known.get(id) ?? (await this.#store.spawner(id));
    if (known === undefined) return undefined;
    this.#known.delete(id);
    this.#known.set(id, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }
}

const UNKNOWN: FoundSpawner = {
  ok: false,
  code: 'unknown_parent',
  reason: 'Expected the header x-parent to name a job that the app of x-domain was sent, of the tenant that publishes.',
};

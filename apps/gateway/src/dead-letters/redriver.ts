import { setTimeout as delay } from 'node:timers/promises';
import { v4 as uuidv4 } from 'uuid';
import { type Telemetry } from '#libs/observability';
import { type Lookout } from '../ledger/lookout.js';
import { type RedriveAtWork } from '../ledger/redrive.js';
import { type RedriveStore } from '../ledger/redrive-store.js';
import { Rounds } from '../rounds/rounds.js';
import { Allowance } from './allowance.js';

const LOOK_EVERY_MS = 250;
const FAILED_PAUSE_MS = 5_000;

/** Sends failed jobs out again, and says which of them it could. */
export type RetryJobs = (jobIds: readonly string[]) => Promise<readonly string[]>;

export interface RedriverParts {
  readonly redrives: RedriveStore;
  readonly lookout: Pick<Lookout, 'on'>;
  readonly retry: RetryJobs;
  readonly telemetry: Telemetry;
}

/**
 * Works on redrives: first the canaries, and when they have ended the others at the set rate. A redrive stops by itself
 * when a job fails again of what it had died of. One gateway at a time works on a redrive; another goes on where one died,
 * because a job is noted before it is sent out, and the ledger tells whether it was.
 */
export class Redriver {
  readonly #parts: RedriverParts;
  readonly #holder = uuidv4();
  readonly #allowances = new Map<string, Allowance>();
  readonly #ended = new AbortController();
  readonly #rounds = new Rounds(() => this.#work());

  constructor(parts: RedriverParts) {
    this.#parts = parts;
    parts.lookout.on('redrives', () => this.#rounds.wake());
  }

  start(): void {
    this.#rounds.start();
  }

  /** Settles when nothing is in hand; another gateway goes on. */
  async stop(): Promise<void> {
    this.#ended.abort(new Error('The redriver is stopped.'));
    await this.#rounds.stop();
  }

  /** Goes on until none is left for this gateway. */
  async #work(): Promise<void> {
    const { signal } = this.#ended;
    let held = 1;
    while (held > 0 && this.#rounds.running) {
      let pause = LOOK_EVERY_MS;
      held = await this.#look().catch((error: unknown) => {
        this.#parts.telemetry.emit('redrive.failed', { reason: String(error) });
        pause = FAILED_PAUSE_MS;
        return held;
      });
      if (held > 0) await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Returns how many redrives this gateway works on. */
  async #look(): Promise<number> {
    const held = await this.#parts.redrives.hold(this.#holder);
    const ids = new Set(held.map(({ id }) => id));
    for (const id of this.#allowances.keys()) if (!ids.has(id)) this.#allowances.delete(id);
    for (const redrive of held) await this.#step(redrive);
    return held.length;
  }

  async #step(redrive: RedriveAtWork): Promise<void> {
    const { redrives } = this.#parts;
    const { id } = redrive;
    await this.#sendOut(id); // what a gateway had taken before it died
    const { taken, open, failedAgain } = await redrives.observe(id);
    if (failedAgain !== null) {
      await this.#end(id, 'stopped', `Job ${failedAgain.jobId} has failed again with ${failedAgain.errorCode}.`);
      return;
    }
    const room = redrive.state === 'canary' ? redrive.canary - taken : this.#allowanceOf(redrive).available;
    const more = room > 0 ? await redrives.take(id, room) : 0;
    if (redrive.state === 'running') this.#allowanceOf(redrive).use(more);
    if (more > 0) await this.#sendOut(id);
    else if (open === 0) await this.#goOn(redrive, room);
  }

  // Nothing is under way, and there was nothing more to take for now.
  async #goOn(redrive: RedriveAtWork, room: number): Promise<void> {
    if (redrive.state === 'canary') await this.#parts.redrives.release(redrive.id);
    else if (room > 0) await this.#end(redrive.id, 'done', null);
  }

  async #sendOut(id: string): Promise<void> {
    const { redrives, retry } = this.#parts;
    const jobIds = await redrives.taken(id);
    if (jobIds.length === 0) return;
    const sent = new Set(await retry(jobIds));
    await redrives.settle(
      id,
      jobIds.filter((jobId) => sent.has(jobId)),
      jobIds.filter((jobId) => !sent.has(jobId)),
    );
  }

  async #end(id: string, state: 'stopped' | 'done', reason: string | null): Promise<void> {
    const { redrives, telemetry } = this.#parts;
    if (await redrives.end(id, state, reason)) telemetry.emit('redrive.ended', { redrive: id, state, reason });
  }

  #allowanceOf({ id, rate }: RedriveAtWork): Allowance {
    const allowance = this.#allowances.get(id) ?? new Allowance(rate);
    this.#allowances.set(id, allowance);
    return allowance;
  }
}

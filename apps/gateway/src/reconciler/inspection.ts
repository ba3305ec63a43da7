import { type Telemetry } from '#libs/observability';
import { type Dispatch } from '../ledger/outbox.js';
import { type KnownProbe, type ProbeStore } from '../ledger/probe-store.js';
import { type QueueFacts, type SuspectStore, type Wave } from '../ledger/suspect-store.js';
import { type Evidence, isRipe, standing, type Standing } from './proof.js';
import { type Prober } from './prober.js';
import { type ReconcilerTimes } from './times.js';

export interface InspectionParts {
  readonly suspects: SuspectStore;
  readonly probes: ProbeStore;
  readonly prober: Pick<Prober, 'probe'>;
  readonly dispatch: Pick<Dispatch, 'wake'>;
  readonly telemetry: Telemetry;
  readonly times: ReconcilerTimes;
}

interface Known {
  readonly now: number;
  readonly knownUpTo: number;
  readonly probes: readonly KnownProbe[];
}

/**
 * One look at all jobs that may be lost. Nothing is repaired but on proof, and each repair is an update on condition that
 * the job is as it was when it was suspected. In peace nothing is sent: a job that moves is no suspect for long.
 */
export class Inspection {
  readonly #parts: InspectionParts;

  constructor(parts: InspectionParts) {
    this.#parts = parts;
  }

  /** Brings the suspects up to date. Returns whether there are any. */
  async look(): Promise<boolean> {
    const { suspects } = this.#parts;
    await suspects.drop();
    await suspects.look();
    return (await suspects.waves()).length > 0;
  }

  /**
   * Probes for suspects, and repairs those that are proven missing.
   * @param knownUpTo the ledger knows what was reported before
   */
  async act(knownUpTo: number): Promise<void> {
    const { suspects, probes } = this.#parts;
    const waves = await suspects.waves();
    const { now, queues } = await suspects.facts();
    const known: Known = { now, knownUpTo, probes: await probes.list() };
    const asked = new Set<string>();
    for (const wave of waves) {
      const facts = queues.get(wave.queue);
      if (facts !== undefined) await this.#judge(wave, facts, { known, asked });
    }
    await probes.tidy();
  }

  async #judge(wave: Wave, facts: QueueFacts, { known, asked }: { known: Known; asked: Set<string> }): Promise<void> {
    const { suspects, times } = this.#parts;
    const found = standing(evidenceOf(wave, facts, known, times), times);
    await this.#probe(wave, found.probe, asked);
    const needsNobody = found.gone && (wave.cause === 'message_lost' || wave.cause === 'retry_lost');
    const witnesses = { now: known.now, heardAt: facts.heardAt, knownUpTo: known.knownUpTo, needsNobody };
    const ripe = (at: number | null): boolean => at !== null && isRipe(at, witnesses, times);
    if (!wave.evident && ripe(found.overtakenAt)) await suspects.note(wave);
    if (ripe(found.provenAt)) await this.#repair(wave, found);
  }

  // Waves of one priority share their probes.
  async #probe({ queue, priority }: Wave, keys: readonly string[], asked: Set<string>): Promise<void> {
    for (const key of keys) {
      const way = `${key} ${priority}`;
      if (asked.has(way)) continue;
      asked.add(way);
      await this.#parts.prober.probe({ queue, key, priority });
    }
  }

  async #repair(wave: Wave, { gone }: Standing): Promise<void> {
    const { suspects, dispatch, telemetry } = this.#parts;
    const cause = gone && wave.cause === 'message_lost' ? 'queue_gone' : wave.cause;
    for (;;) {
      const count = await suspects.repair(wave);
      if (count === 0) return;
      telemetry.emit('jobs.repaired', { count, cause, queue: wave.queue });
      dispatch.wake();
    }
  }
}

function evidenceOf(wave: Wave, facts: QueueFacts, known: Known, { silenceMs }: ReconcilerTimes): Evidence {
  const isSilent = (heard: number): boolean => known.now - heard > silenceMs;
  const fallen = facts.heardAt.filter(isSilent);
  return {
    now: known.now,
    since: wave.since,
    keys: facts.keys,
    probes: known.probes.filter(({ queue, priority }) => queue === wave.queue && priority === wave.priority),
    moves: !facts.paused && fallen.length < facts.heardAt.length,
    fallenAt: fallen.length === 0 ? null : Math.max(...fallen),
  };
}

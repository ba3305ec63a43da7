import { MAX_PRIORITY } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { type Dispatch } from '../ledger/outbox.js';
import { type OldVoidStore, type VoidWave } from '../ledger/old-void-store.js';
import { type KnownProbe, type ProbeStore } from '../ledger/probe-store.js';
import { type QueueFacts, type SuspectStore, type Wave } from '../ledger/suspect-store.js';
import { type Evidence, isRipe, standing, type Standing } from './proof.js';
import { type Prober } from './prober.js';
import { type ReconcilerTimes } from './times.js';

export interface InspectionParts {
  readonly suspects: SuspectStore;
  readonly oldVoids: OldVoidStore;
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

interface Judging {
  readonly known: Known;
  /** The ways that have been probed in this look. */
  readonly asked: Set<string>;
}

const PRIORITIES = Array.from({ length: MAX_PRIORITY + 1 }, (_, priority) => priority);

/** Jobs or messages of one queue and priority, and since when they are as they are. */
type Asked = Pick<Wave, 'queue' | 'priority' | 'since'>;

/**
 * One look at all jobs that may be lost. Nothing is repaired but on proof, and each repair is an update on condition that
 * the job is as it was when it was suspected. In peace nothing is sent: a job that moves is no suspect for long.
 */
export class Inspection {
  readonly #parts: InspectionParts;

  constructor(parts: InspectionParts) {
    this.#parts = parts;
  }

  /** Brings the suspects and the old voids up to date. Returns whether there are any. */
  async look(): Promise<boolean> {
    const { suspects, oldVoids } = this.#parts;
    await suspects.drop();
    await suspects.look();
    await oldVoids.watch();
    return (await suspects.waves()).length > 0 || (await oldVoids.waves()).length > 0;
  }

  /**
   * Probes for suspects and old voids, repairs jobs that are proven missing, and ends voids that stand for nothing.
   * @param knownUpTo the ledger knows what was reported before
   */
  async act(knownUpTo: number): Promise<void> {
    const { suspects, oldVoids, probes } = this.#parts;
    const [waves, voids] = [await suspects.waves(), await oldVoids.waves()];
    const { now, queues } = await suspects.facts();
    const known: Known = { now, knownUpTo, probes: await probes.list() };
    const asked = new Set<string>();
    for (const wave of waves) {
      const facts = queues.get(wave.queue);
      if (facts !== undefined) await this.#judge(wave, facts, { known, asked });
    }
    for (const wave of voids) {
      const facts = queues.get(wave.queue);
      if (facts !== undefined) await this.#judgeVoids(wave, facts, { known, asked });
    }
    await probes.tidy();
  }

  async #judge(wave: Wave, facts: QueueFacts, { known, asked }: Judging): Promise<void> {
    const found = standing(evidenceOf(wave, facts, known, this.#parts.times), this.#parts.times);
    await this.#probe(wave, found.probe, asked);
    const needsNobody = found.gone && (wave.cause === 'message_lost' || wave.cause === 'retry_lost');
    const ripe = this.#ripeness(facts, known, needsNobody);
    if (!wave.evident && ripe(found.overtakenAt)) await this.#parts.suspects.note(wave);
    if (ripe(found.provenAt)) await this.#repair(wave, found);
  }

  // Of a void it is not known with which priority its message was sent: the proof is made for each.
  async #judgeVoids({ queue, since }: VoidWave, facts: QueueFacts, { known, asked }: Judging): Promise<void> {
    const { oldVoids, times, telemetry } = this.#parts;
    const found: Standing[] = [];
    for (const priority of PRIORITIES) {
      const level = { queue, since, priority };
      const one = standing(evidenceOf(level, facts, known, times), times);
      await this.#probe(level, one.probe, asked);
      found.push(one);
    }
    const ripe = this.#ripeness(
      facts,
      known,
      found.every(({ gone }) => gone),
    );
    if (!found.every(({ provenAt }) => ripe(provenAt))) return;
    telemetry.emit('voids.ended', { count: await oldVoids.end({ queue, since }), queue });
  }

  #ripeness({ heardAt }: QueueFacts, { now, knownUpTo }: Known, needsNobody: boolean): (at: number | null) => boolean {
    const witnesses = { now, heardAt, knownUpTo, needsNobody };
    return (at) => at !== null && isRipe(at, witnesses, this.#parts.times);
  }

  // Waves of one priority share their probes.
  async #probe({ queue, priority }: Asked, keys: readonly string[], asked: Set<string>): Promise<void> {
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

function evidenceOf(wave: Asked, facts: QueueFacts, known: Known, { silenceMs }: ReconcilerTimes): Evidence {
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

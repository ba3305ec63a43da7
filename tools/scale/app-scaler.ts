import { setTimeout as wait } from 'node:timers/promises';
import { type Leveret } from '#libs/sdk';
import { errorMessage } from '../console/problem.js';
import { type Crew } from './crew.js';
import { type Decision, decideScale, type ScaleRules } from './decide.js';
import { readWorkload } from './workload.js';

/** How often a queue is looked at: its counts and its workers' heartbeats are about as old. */
const LOOK_EVERY_MS = 2_000;

/** A decision as it is told. */
export interface ScaleStep extends Decision {
  /** Processes before it and after it. */
  readonly from: number;
  readonly to: number;
  /** The whole of it for people: `+1 (1 → 2): 4,100 waiting, 38 s to drain, …`. */
  readonly words: string;
}

/** What an `AppScaler` needs. */
export interface ScalerOptions {
  readonly leveret: Leveret;
  readonly crew: Crew;
  readonly rules: ScaleRules;
  /** Gets each decision that changes something, or that would if it might. */
  readonly tell: (step: ScaleStep) => void;
  /** Gets why the queue cannot be looked at, once for as long as that lasts. */
  readonly warn: (text: string) => void;
}

/** Gives an app more or fewer processes, as its queue needs them. A gateway that does not answer leaves it as it is. */
export class AppScaler {
  private readonly ending = new AbortController();
  private changedAt = performance.now();
  /** What was told last, or warned of: the same again is not. */
  private told = '';
  private warned = '';

  constructor(private readonly options: ScalerOptions) {}

  /** Looks at the queue from now on. */
  start(): void {
    void this.run(this.ending.signal);
  }

  /** Changes nothing from now on. */
  stop(): void {
    this.ending.abort();
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!this.isStopping()) {
      try {
        await this.look(signal);
        this.warned = '';
      } catch (error) {
        if (!this.isStopping()) this.warn(`The queue cannot be looked at, so nothing changes: ${errorMessage(error)}`);
      }
      await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private isStopping(): boolean {
    return this.ending.signal.aborted;
  }

  private async look(signal: AbortSignal): Promise<void> {
    const { leveret, crew, rules } = this.options;
    const workload = await readWorkload(leveret, crew.app, signal);
    const situation = crew.situation(workload, performance.now() - this.changedAt);
    if (signal.aborted || situation === undefined) return;
    const decision = decideScale(situation, rules);
    this.tell(decision, situation.processes);
    if (decision.change === 0) return;
    this.changedAt = performance.now();
    crew.change(decision.change, workload);
  }

  private tell(decision: Decision, from: number): void {
    const { change, why } = decision;
    const news = why === '' ? '' : `${change} of ${from}`;
    if (news === this.told) return;
    this.told = news;
    if (news !== '') this.options.tell({ ...decision, from, to: from + change, words: wordsOf(decision, from) });
  }

  private warn(text: string): void {
    if (this.warned === text) return;
    this.warned = text;
    this.options.warn(text);
  }
}

function wordsOf({ change, why }: Decision, from: number): string {
  if (change === 0) return `stays at ${from}: ${why}`;
  return `${change > 0 ? '+' : ''}${change} (${from} → ${from + change}): ${why}`;
}

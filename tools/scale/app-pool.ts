import { type Problem } from '../console/problem.js';
import { type AppKeeper } from '../processes/app-keeper.js';
import { Pauses } from '../processes/pauses.js';

/** What a pool needs of its surroundings. */
export interface PoolSurroundings {
  /** Makes the keeper of a process with this name, which tells by `onGiveUp` that it cannot be kept running. */
  readonly make: (process: string, onGiveUp: (problem: Problem) => void) => AppKeeper;
  /** True while a process of this name, which an earlier launcher has started, is at work still. */
  readonly isLeft: (process: string) => boolean;
  /** Another process runs, or one fewer. */
  readonly onChange: () => void;
  /** One cannot be kept running, and is no longer in the pool. */
  readonly onGiveUp: (problem: Problem) => void;
}

/** The processes of one app. */
export class AppPool {
  private readonly keepers = new Set<AppKeeper>();
  private readonly going = new Set<AppKeeper>();
  private readonly pauses = new Pauses();
  private growsAgainAt = 0;
  private stopping = false;

  constructor(
    readonly app: string,
    private readonly around: PoolSurroundings,
  ) {}

  /** All that run or are about to, the oldest first. */
  get members(): readonly AppKeeper[] {
    return [...this.keepers, ...this.going];
  }

  /** Those that take jobs, or soon will. */
  get staying(): readonly AppKeeper[] {
    return [...this.keepers];
  }

  /** Those that end when their jobs have ended. */
  get retiring(): readonly AppKeeper[] {
    return [...this.going];
  }

  /** False for a while after a process could not be kept running, each time for longer. */
  get mayGrow(): boolean {
    return Date.now() >= this.growsAgainAt;
  }

  /** The keepers of the first processes; whoever asks for them starts them. */
  prepare(count: number): readonly AppKeeper[] {
    return Array.from({ length: count }, () => this.add());
  }

  /** Starts one more, which is in the pool at once. */
  grow(): void {
    const keeper = this.add();
    const began = Date.now();
    keeper.start().then(
      () => {
        this.around.onChange();
      },
      (problem: unknown) => {
        if (!this.stopping && this.keepers.has(keeper)) this.giveUp(keeper, problem as Problem, Date.now() - began);
      },
    );
  }

  /** Lets one end: it takes no more jobs, and goes when those that it has have ended. */
  retire(keeper: AppKeeper): void {
    this.keepers.delete(keeper);
    this.going.add(keeper);
    void keeper.retire().then(() => {
      this.going.delete(keeper);
      this.around.onChange();
    });
  }

  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    await Promise.all(this.members.map((keeper) => keeper.stop(graceMs)));
  }

  killNow(): void {
    this.stopping = true;
    for (const keeper of this.members) keeper.killNow();
  }

  private add(): AppKeeper {
    const began = Date.now();
    const keeper = this.around.make(this.freeName(), (problem) => {
      this.giveUp(keeper, problem, Date.now() - began);
    });
    this.keepers.add(keeper);
    return keeper;
  }

  private giveUp(keeper: AppKeeper, problem: Problem, ranMs: number): void {
    this.keepers.delete(keeper);
    this.growsAgainAt = Date.now() + this.pauses.next(ranMs);
    this.around.onGiveUp(problem);
  }

  /** `media`, `media-2`, …: logs and records go by it. */
  private freeName(): string {
    const taken = new Set(this.members.map(({ about }) => about.process));
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? this.app : `${this.app}-${number}`;
      if (!taken.has(name) && !this.around.isLeft(name)) return name;
    }
  }
}

import { cpuSeconds, family, sharedOutMib } from './usage.js';

/** Processes by what they are; a server's count as one, with those that they start. This one's children are not its own. */
export type Processes = Readonly<Record<string, readonly number[]>>;

/** What work costs each process, from when it is made: the CPU of a piece of it, and the memory at the end. */
export class CostMeter {
  readonly #processes: Processes;
  readonly #before: Readonly<Record<string, number>>;

  constructor(processes: Processes) {
    this.#processes = processes;
    this.#before = this.#sums(cpuSeconds);
  }

  /** Of so many pieces of one kind, named `<process> µs/<kind>` and `<process> MiB`. */
  per(kind: 'job' | 'mail' | 'image' | 'message', count: number): Readonly<Record<string, number>> {
    const [cpu, memory] = [this.#sums(cpuSeconds), this.#sums(sharedOutMib)];
    const named = Object.keys(this.#processes).flatMap((name) => [
      [`${name} µs/${kind}`, (((cpu[name] ?? 0) - (this.#before[name] ?? 0)) * 1e6) / count],
      [`${name} MiB`, memory[name] ?? 0],
    ]);
    return Object.fromEntries(named) as Record<string, number>;
  }

  #sums(of: (pid: number) => number): Record<string, number> {
    const total = (pids: readonly number[]): number =>
      pids.flatMap((pid) => (pid === process.pid ? [pid] : family(pid))).reduce((sum, pid) => sum + of(pid), 0);
    return Object.fromEntries(Object.entries(this.#processes).map(([name, pids]) => [name, total(pids)]));
  }
}

import { grouped } from '../ledger/grouped.js';

/** A held job that may be let go. */
export interface Candidate {
  readonly id: string;
  readonly queue: string;
  readonly tenant: string;
  readonly task: string;
  readonly priority: number;
}

/** How the held jobs of a queue are let go. */
export interface ReleaseRules {
  /** Of one tenant and priority: which first. */
  readonly order: 'fifo' | 'lifo';
  /** How often jobs of a task come beside those of others, which have 1. Empty: the order alone counts. */
  readonly weights: Readonly<Record<string, number>>;
}

/** The held jobs of one tenant in one queue, and how many of them it may send now. */
export interface Turn {
  readonly room: number;
  readonly rules: ReleaseRules;
  /** Of each task and priority the next ones, in the order of the queue. Times are of their coming. */
  readonly candidates: readonly (Candidate & { readonly cameAt: number })[];
}

/**
 * Which held jobs may be let go now, in which order. Tenants take turns, so that each has as many of the first places as any
 * other. Of a tenant's own, higher priorities go first; within one the order of the queue counts, or chance by the weights of
 * tasks: so every gateway comes to the same shares without knowing what others have let go.
 * @param random 0 to 1
 */
export function releasePlan(turns: readonly Turn[], random: () => number): Candidate[] {
  const lines = turns.map((turn) => ordered(turn, random).slice(0, turn.room));
  const longest = Math.max(0, ...lines.map((line) => line.length));
  const plan: Candidate[] = [];
  for (let place = 0; place < longest; place += 1) {
    for (const line of lines) {
      const next = line[place];
      if (next !== undefined) plan.push(next);
    }
  }
  return plan;
}

function ordered({ room, rules, candidates }: Turn, random: () => number): Turn['candidates'] {
  const weighted = Object.keys(rules.weights).length > 0;
  const sign = rules.order === 'fifo' ? 1 : -1;
  const line: Turn['candidates'][number][] = [];
  const priorities = new Set(candidates.map(({ priority }) => priority));
  for (const priority of [...priorities].toSorted((one, other) => other - one)) {
    if (line.length >= room) break;
    const level = candidates
      .filter((candidate) => candidate.priority === priority)
      .toSorted((one, other) => sign * (one.cameAt - other.cameAt || (one.id < other.id ? -1 : 1)));
    line.push(...(weighted ? mixed(level, rules.weights, random) : level));
  }
  return line;
}

/** Jobs in an order in which tasks come by chance, each as often as its weight says. */
function mixed(level: Turn['candidates'], weights: ReleaseRules['weights'], random: () => number): Turn['candidates'] {
  const tasks = grouped(level, ({ task }) => task);
  const line: Turn['candidates'][number][] = [];
  while (tasks.size > 0) {
    const task = chosen([...tasks.keys()], weights, random());
    const next = tasks.get(task)?.shift();
    if (next === undefined) tasks.delete(task);
    else line.push(next);
  }
  return line;
}

function chosen(tasks: readonly string[], weights: ReleaseRules['weights'], chance: number): string {
  const weightOf = (task: string): number => weights[task] ?? 1;
  let point = chance * tasks.reduce((sum, task) => sum + weightOf(task), 0);
  const found = tasks.find((task) => (point -= weightOf(task)) < 0);
  return found ?? tasks.at(-1) ?? '';
}

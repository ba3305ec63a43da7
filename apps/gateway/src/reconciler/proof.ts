import { type ReconcilerTimes } from './times.js';

/** A probe of one priority. Times here are milliseconds since 1970 by the ledger's clock. */
export interface SentProbe {
  /** Of the queue that it was sent through. */
  readonly key: string;
  readonly sentAt: number;
  /** When its answer was committed; null while it is out. */
  readonly backAt: number | null;
  /** The broker returned it at once: there is no such queue. */
  readonly gone: boolean;
}

/** What is known when a proof is judged. */
export interface Evidence {
  readonly now: number;
  /** Since when the jobs have been as they are. */
  readonly since: number;
  /** The keys of every queue in which their messages may be. */
  readonly keys: readonly string[];
  /** Of their priority. */
  readonly probes: readonly SentProbe[];
  /** Somebody takes messages from the queue. */
  readonly moves: boolean;
  /** When the worker was last heard that has fallen silent last; null when none has. */
  readonly fallenAt: number | null;
}

/** Where a proof stands. */
export interface Standing {
  /** Keys of the queues that a probe is to be sent through now. */
  readonly probe: readonly string[];
  /** When on every way a probe had come back that was sent after the jobs were suspected; null: not yet. */
  readonly overtakenAt: number | null;
  /** When it was proven that no queue has their messages; null: it is not. */
  readonly provenAt: number | null;
  /** There is no queue at all any more. */
  readonly gone: boolean;
}

/**
 * Says how far it is proven that no queue has the messages of some jobs, which were confirmed before `since`.
 *
 * Within one priority a queue keeps its order, and a probe is sent like the jobs. So when a probe that was sent after
 * `since` comes back, their messages have been delivered before it. A holder that has died meanwhile is noticed by the
 * broker within `gapMs`, and what it held lies in the queue again before the second probe is sent; a holder that dies later
 * makes another second probe necessary. When that has come back too, the messages have been delivered to somebody who
 * lives: what has become of them is reported, or they are lost.
 * Age is no part of this: a queue that is long, paused or without consumers gives no probe back, and proves nothing.
 */
export function standing(evidence: Evidence, times: ReconcilerTimes): Standing {
  const ways = evidence.keys.map((key) => wayThrough(key, evidence, times));
  const proven = latest(ways.map(({ provenAt }) => provenAt));
  return {
    probe: ways.filter(({ probe }) => probe).map(({ key }) => key),
    overtakenAt: latest(ways.map(({ overtakenAt }) => overtakenAt)),
    provenAt: proven,
    gone: proven !== null && ways.every(({ gone }) => gone),
  };
}

interface Way {
  readonly key: string;
  readonly probe: boolean;
  readonly overtakenAt: number | null;
  readonly provenAt: number | null;
  readonly gone: boolean;
}

function wayThrough(key: string, evidence: Evidence, times: ReconcilerTimes): Way {
  const { now, since, fallenAt } = evidence;
  const probes = evidence.probes.filter((probe) => probe.key === key);
  const later = probes.filter(({ sentAt }) => sentAt > since);
  const goneAt = earliestBack(later.filter(({ gone }) => gone));
  const firstAt = earliestBack(later);
  const dueAt = firstAt === null ? since + times.watchMs : Math.max(firstAt, fallenAt ?? 0) + times.gapMs;
  const secondAt = firstAt === null ? null : earliestBack(later.filter(({ sentAt }) => sentAt >= dueAt));
  const provenAt = goneAt ?? secondAt;
  const probe = provenAt === null && now >= dueAt && !isOut(probes, evidence, times);
  return { key, probe, overtakenAt: firstAt, provenAt, gone: goneAt !== null };
}

/** Whether a probe is still to be waited for. Where nobody takes messages none is ever late, so that they do not pile up. */
function isOut(probes: readonly SentProbe[], { now, moves }: Evidence, { probePatienceMs }: ReconcilerTimes): boolean {
  const answered = Math.max(...probes.filter(({ backAt }) => backAt !== null).map(({ sentAt }) => sentAt), 0);
  const out = probes.filter(({ backAt, sentAt }) => backAt === null && sentAt > answered).map(({ sentAt }) => sentAt);
  if (out.length === 0) return false;
  return !moves || now - Math.max(...out) < probePatienceMs * 2 ** (out.length - 1);
}

function earliestBack(probes: readonly SentProbe[]): number | null {
  const times = probes.flatMap(({ backAt }) => (backAt === null ? [] : [backAt]));
  return times.length === 0 ? null : Math.min(...times);
}

/** The time at which all had happened; null while one has not. */
function latest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === times.length && known.length > 0 ? Math.max(...known) : null;
}

/** Who has said what since a proof. */
export interface Witnesses {
  readonly now: number;
  /** When the workers of the queue were last heard. */
  readonly heardAt: readonly number[];
  /** Everything that was reported before this time is in the ledger. */
  readonly knownUpTo: number;
  /** The jobs had not begun, and their queue is gone: it needs nobody to say who has them. */
  readonly needsNobody: boolean;
}

/**
 * Says whether what probes show may be acted on. Somebody may have got the message just before the last probe came back,
 * and not have said so yet. So `settleMs` later every worker must have been heard again (it names what it has in hand), and
 * the ledger must know everything that was reported by then. Workers that are silent by now count in the proof itself.
 * Where nobody at all is heard, heartbeats may be what is lost, and nobody is taken for gone.
 */
export function isRipe(shownAt: number, witnesses: Witnesses, times: ReconcilerTimes): boolean {
  const { now, heardAt, knownUpTo, needsNobody } = witnesses;
  const settledAt = shownAt + times.settleMs;
  const living = heardAt.filter((heard) => now - heard <= times.silenceMs);
  if (living.length === 0 && !needsNobody) return false;
  return knownUpTo > settledAt && living.every((heard) => heard > settledAt);
}

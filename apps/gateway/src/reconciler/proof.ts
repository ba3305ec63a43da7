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
 * broker within `gapMs`, and what it held lies in the queue again before the second probe is sent. When that has come back
 * too, the messages have been delivered to somebody who lives: what has become of them is reported, or they are lost.
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
  const { now, since } = evidence;
  const probes = evidence.probes.filter((probe) => probe.key === key);
  const later = probes.filter(({ sentAt }) => sentAt > since);
  const goneAt = earliestBack(later.filter(({ gone }) => gone));
  const firstAt = earliestBack(later);
  const secondAt =
    firstAt === null ? null : earliestBack(later.filter(({ sentAt }) => sentAt >= firstAt + times.gapMs));
  const provenAt = goneAt ?? secondAt;
  const dueAt = firstAt === null ? since + times.watchMs : firstAt + times.gapMs;
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
}

/**
 * Says whether a proof may be acted on. Somebody may have got the message just before the last probe came back, and not
 * have said so yet. So `settleMs` later every worker that lived at the proof must have been heard again (it names what it
 * has in hand), and the ledger must know everything that was reported by then. When one has fallen silent, what it held
 * may be in the queue again: the proof is broken and begins anew.
 */
export function ripeness(provenAt: number, witnesses: Witnesses, times: ReconcilerTimes): 'wait' | 'ripe' | 'broken' {
  const { now, heardAt, knownUpTo } = witnesses;
  const settledAt = provenAt + times.settleMs;
  const lived = heardAt.filter((heard) => heard > provenAt - times.silenceMs);
  if (lived.some((heard) => now - heard > times.silenceMs)) return 'broken';
  return knownUpTo > settledAt && lived.every((heard) => heard > settledAt) ? 'ripe' : 'wait';
}

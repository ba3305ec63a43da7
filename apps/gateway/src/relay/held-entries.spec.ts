import { describe, expect, it } from '@jest/globals';
import { type OutboxEntry, type WorkEntry } from '../ledger/outbox.js';
import { HeldEntries } from './held-entries.js';

const MIB = 1024 * 1024;
const ONE = { entries: 1, bytes: 1 };
let made = 0;

function entry(bytes: number): OutboxEntry {
  made += 1;
  return {
    kind: 'work',
    id: String(made),
    payload: 'x'.repeat(bytes),
    queueKey: 'q',
    waitMs: 0,
  } as unknown as WorkEntry;
}

describe('what a relay holds', () => {
  it('is bounded by number', () => {
    const held = new HeldEntries();
    const entries = Array.from({ length: 2_000 }, () => entry(10));
    for (const one of entries.slice(0, 1_900)) held.take(one);
    held.learn(entries);
    expect([
      held.hasRoomFor({ entries: 100, bytes: 1_000 }),
      held.hasRoomFor({ entries: 101, bytes: 1_000 }),
      held.claimable,
    ]).toEqual([true, false, 100]);
    for (const one of entries) held.take(one); // those that are held already count once
    expect([held.hasRoomFor(ONE), held.claimable]).toEqual([false, 0]);
    held.letGo(entries.slice(0, 3).map(({ id }) => id));
    expect([held.hasRoomFor(ONE), held.claimable]).toEqual([true, 3]);
  });

  it('is bounded by bytes, so that large payloads are claimed a few at a time', () => {
    const held = new HeldEntries();
    expect(held.claimable).toBe(128);
    const entries = Array.from({ length: 16 }, () => entry(4 * MIB));
    held.learn(entries);
    expect(held.claimable).toBe(16);
    for (const one of entries.slice(0, 15)) held.take(one);
    expect([held.hasRoomFor(ONE), held.claimable]).toEqual([true, 1]);
    expect([4 * MIB, 4 * MIB + 1].map((bytes) => held.hasRoomFor({ entries: 2, bytes }))).toEqual([true, false]);
    for (const one of entries) held.take(one);
    expect([held.hasRoomFor(ONE), held.claimable]).toEqual([false, 0]);
    held.letGo(entries.map(({ id }) => id));
    held.letGo(entries.map(({ id }) => id));
    expect(held.claimable).toBe(16);
    held.learn([entry(100)]);
    expect(held.claimable).toBe(500);
  });

  it('knows what has been held for long', () => {
    const held = new HeldEntries();
    const one = entry(1);
    held.take(one);
    expect([held.has(one.id), held.before(Date.now() - 1_000), held.before(Date.now() + 1_000)]).toEqual([
      true,
      [],
      [one.id],
    ]);
  });
});

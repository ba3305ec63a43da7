import { describe, expect, it } from '@jest/globals';
import { version } from 'uuid';
import { uuidv7 } from 'uuidv7';
import { tickJobId } from './tick-job-id.js';

const TICK = new Date('2026-01-01T10:00:00.000Z');

describe('the id of the job of a tick', () => {
  it('is the same for the same tick of the same schedule, and another for any other', () => {
    const [one, other] = [uuidv7(), uuidv7()];
    expect(tickJobId(one, TICK)).toBe(tickJobId(one, new Date(TICK)));
    expect(tickJobId(one, TICK)).not.toBe(tickJobId(other, TICK));
    expect(tickJobId(one, TICK)).not.toBe(tickJobId(one, new Date(TICK.getTime() + 1)));
  });

  it('is a UUIDv7 of the time of the tick', () => {
    const id = tickJobId(uuidv7(), TICK);
    expect(version(id)).toBe(7);
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(TICK.getTime());
  });
});

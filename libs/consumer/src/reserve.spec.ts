import { describe, expect, it } from '@jest/globals';
import { Reserve } from './reserve.js';

const PLACES = 10;
const LOOK_MS = 500;
const LIMITS = { places: PLACES, largestPayload: 1_000 };

interface Recorded {
  /** What the reserve has told: how many the broker may deliver beyond, and how many runs are kept. */
  readonly said: string[];
  /** Looks after each half second, in which so many runs a second have ended. */
  readonly looks: (paces: readonly number[]) => void;
  readonly subscriber: { overfull: boolean };
}

function recorded(largestPayload = LIMITS.largestPayload): Recorded {
  const said: string[] = [];
  const dispatcher = { ended: 0, keep: (runs: number) => said.push(`keep ${runs}`) };
  const subscriber = {
    overfull: false,
    reserve: (deliveries: number) => Promise.resolve(void said.push(`reserve ${deliveries}`)),
  };
  const reserve = new Reserve(dispatcher, subscriber, { ...LIMITS, largestPayload });
  let now = 0;
  const looks = (paces: readonly number[]): void => {
    for (const pace of paces) {
      dispatcher.ended += (pace * LOOK_MS) / 1_000;
      now += LOOK_MS;
      reserve.look(now);
    }
  };
  return { said, looks, subscriber };
}

describe('a reserve', () => {
  it('has the runs that end within 50 ms, and is left as it is while they are about as many', () => {
    const { said, looks } = recorded();
    looks([0, 400, 700, 800, 780, 430, 430, 430]);
    expect(said).toEqual(['reserve 20', 'reserve 40']);
    looks([400, 400, 400]);
    expect(said.slice(2)).toEqual(['reserve 20']);
  });

  it('is none while so few end that a place is free for each', () => {
    const { said, looks } = recorded();
    looks([0, 20, 60, 0]);
    expect(said).toEqual([]);
  });

  it('stays when it is there, and goes when its runs are half as many as the least that is worth one', () => {
    const { said, looks } = recorded();
    looks([80, 70, 80, 60, 60, 60]);
    expect(said).toEqual(['reserve 4']);
    looks([40, 40, 40]);
    expect(said).toEqual(['reserve 4', 'reserve 0']);
  });

  it('has a limit, however brief jobs are', () => {
    const { said, looks } = recorded();
    looks([3_000, 1_000_000, 1_000_000]);
    expect(said).toEqual(['reserve 150', 'reserve 250']);
  });

  it('has payloads of 128 MiB at most', () => {
    const { said, looks } = recorded(8 * 1024 * 1024);
    looks([1_000_000]);
    expect(said).toEqual(['reserve 16']);
  });

  it('is not given back for one pause of the process, and is when nothing has ended for three looks', () => {
    const { said, looks } = recorded();
    looks([1_000, 0, 1_000, 0, 0]);
    expect(said).toEqual(['reserve 50']);
    looks([0]);
    expect(said).toEqual(['reserve 50', 'reserve 0']);
  });

  it('has handed back what is too much when that is still there at the look after it has become less', () => {
    const { said, looks, subscriber } = recorded();
    looks([1_000, 0, 0]);
    subscriber.overfull = true;
    looks([0]);
    expect(said).toEqual(['reserve 50', 'reserve 0']);
    looks([0]);
    expect(said.slice(2)).toEqual([`keep ${PLACES}`]);
    subscriber.overfull = false;
    looks([0]);
    expect(said).toHaveLength(3);
  });

  it('goes by the time that has passed when a look is late', () => {
    const sizes: number[] = [];
    const subscriber = { overfull: false, reserve: (size: number) => Promise.resolve(void sizes.push(size)) };
    new Reserve({ ended: 100, keep: () => undefined }, subscriber, LIMITS).look(1_000);
    expect(sizes).toEqual([5]);
  });
});

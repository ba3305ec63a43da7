import { describe, expect, it } from '@jest/globals';
import { atWork, type QueueSystem } from './queue-system.js';

/** A system that says what it is told. */
function talking(said: string[]): QueueSystem {
  return {
    ...{ name: 'talking', processes: {}, ways: {} },
    add: async () => void said.push('job'),
    allThere: async () => undefined,
    work: async (on) => void said.push(on ? 'works' : 'rests'),
    expect: async (count) => {
      said.push(`expects ${count}`);
      return async () => {
        said.push('ended');
        return { starts: [], ends: [] };
      };
    },
    stop: async () => undefined,
  };
}

describe('a system at work', () => {
  it('has done a job before it is measured, and rests as soon as it is', async () => {
    const said: string[] = [];
    const measured = await atWork(talking(said), async () => {
      said.push('measured');
      return 7;
    });
    expect(measured).toBe(7);
    expect(said).toEqual(['works', 'expects 1', 'job', 'ended', 'measured', 'rests']);
  });

  it('rests when measuring it has failed', async () => {
    const said: string[] = [];
    const failing = atWork(talking(said), () => Promise.reject(new Error('too slow')));
    await expect(failing).rejects.toThrow('too slow');
    expect(said.at(-1)).toBe('rests');
  });
});

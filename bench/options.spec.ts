import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

describe('the options of the benchmarks', () => {
  it('ask for a full run unless something else is said', () => {
    const { effort, only, instead } = readOptions([]);
    expect(effort).toMatchObject({ runs: 3, jobs: 10_000, concurrencies: [10, 50, 200], backlogs: [1_000, 100_000] });
    expect({ only, instead }).toEqual({ only: '', instead: undefined });
  });

  it('add a larger backlog to those that are always there', () => {
    expect(readOptions(['--backlog', '1000000']).effort.backlogs).toEqual([1_000, 100_000, 1_000_000]);
  });

  it('name the one that is not as it must be', () => {
    expect(() => readOptions(['--jobs', '0'])).toThrow('--jobs expects a whole number from 1, got 0.');
    expect(() => readOptions(['--ledger', 'much'])).toThrow('--ledger expects a whole number from 0, got much.');
    expect(() => readOptions(['--job', '1'])).toThrow('--job');
  });
});

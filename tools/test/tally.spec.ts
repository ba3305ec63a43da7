import { describe, expect, it } from '@jest/globals';
import { testStages } from './steps.js';
import { sum, tallyCheck, tallyJest } from './tally.js';

const report = (passed: number, failed: number, broken = 0): Parameters<typeof tallyJest>[1] => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numRuntimeErrorTestSuites: broken,
});

describe('the tally of npm test', () => {
  it('counts every test of Jest, files that do not run as failures, and every other check as one', () => {
    const tallies = [tallyCheck(true), tallyCheck(false), tallyJest(false, report(10, 2, 1))];
    expect(sum(tallies)).toEqual({ passed: 11, failed: 4 });
  });

  it('counts a run of Jest that failed without a failing test as one failure', () => {
    expect(tallyJest(false, report(10, 0))).toEqual({ passed: 10, failed: 1 });
    expect(tallyJest(false, undefined)).toEqual({ passed: 0, failed: 1 });
    expect(tallyJest(true, undefined)).toEqual({ passed: 0, failed: 1 });
  });
});

describe('testStages', () => {
  const scriptsOf = (check: string): readonly (readonly string[])[] =>
    testStages({ check }).map((stage) => stage.map(({ script }) => script));

  it('takes what the check chains, and what starts suites, and has the checks run side by side, the longest first', () => {
    expect(scriptsOf('npm run check:types && npm run check:lint && npm run check:rules && npm run test:unit')).toEqual([
      ['check:lint', 'check:types', 'check:rules'],
      ['test:unit'],
      ['test:e2e'],
      ['test:browser'],
      ['test:faults'],
      ['test:campaign:short'],
      ['bench:smoke'],
    ]);
  });

  it('knows what is run by Jest', () => {
    const steps = testStages({ check: 'npm run check:types && npm run test:unit' }).flat();
    expect(steps.filter(({ isJest }) => !isJest).map(({ script }) => script)).toEqual(['check:types', 'bench:smoke']);
  });

  it('refuses a check that does something it would not hear of', () => {
    expect(() => testStages({ check: 'npm run lint && rm -rf dist' })).toThrow('Expected the script "check" to chain');
  });
});

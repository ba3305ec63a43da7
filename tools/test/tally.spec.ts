import { describe, expect, it } from '@jest/globals';
import { testSteps } from './steps.js';
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

describe('testSteps', () => {
  it('takes what the check chains, and what starts suites', () => {
    expect(testSteps({ check: 'npm run check:types && npm run test:unit' })).toEqual([
      { script: 'check:types', isJest: false },
      { script: 'test:unit', isJest: true },
      { script: 'test:e2e', isJest: true },
      { script: 'test:browser', isJest: true },
      { script: 'test:faults', isJest: true },
      { script: 'test:campaign:short', isJest: true },
      { script: 'bench:smoke', isJest: false },
    ]);
  });

  it('refuses a check that does something it would not hear of', () => {
    expect(() => testSteps({ check: 'npm run lint && rm -rf dist' })).toThrow('Expected the script "check" to chain');
  });
});

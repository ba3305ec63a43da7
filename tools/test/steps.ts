/** Steps of the check that run Jest, whose counts are added up; every other step counts as one. */
const JEST_STEP = /^test:/;
const LINK = /^npm run (\S+)$/;

export interface TestStep {
  /** The npm script. */
  readonly script: string;
  readonly isJest: boolean;
}

/** The step that takes longest of those that run side by side; it begins first, so that nothing waits for it alone for long. */
const LONGEST = 'check:lint';

/** Steps that may run side by side: none of them uses more than one core, or is timed. */
export type TestStage = readonly TestStep[];

/**
 * What `npm test` runs, one stage after the other: the scripts that `npm run check` chains, each by itself so that all of them
 * are heard, the end-to-end tests, those in a browser, the fault suite, the campaign of faults in its short form, and the
 * smallest run of the benchmarks, so that they cannot rot.
 * @throws Error when the check does something else than to chain npm scripts.
 */
export function testStages(scripts: Readonly<Record<string, string>>): readonly TestStage[] {
  const check = scripts['check'] ?? '';
  const links = check.split('&&').map((link) => {
    const script = LINK.exec(link.trim())?.[1];
    if (script === undefined)
      throw new Error(`Expected the script "check" to chain npm scripts, got ${JSON.stringify(link)}.`);
    return stepOf(script);
  });
  const last = ['test:e2e', 'test:browser', 'test:faults', 'test:campaign:short', 'bench:smoke'].map(stepOf);
  const checks = links.filter(({ isJest }) => !isJest);
  const longestFirst = checks.toSorted(
    (one, other) => Number(other.script === LONGEST) - Number(one.script === LONGEST),
  );
  return [longestFirst, ...[...links.filter(({ isJest }) => isJest), ...last].map((step) => [step])];
}

function stepOf(script: string): TestStep {
  return { script, isJest: JEST_STEP.test(script) };
}

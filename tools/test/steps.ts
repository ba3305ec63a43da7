/** Steps of the check that run Jest, whose counts are added up; every other step counts as one. */
const JEST_STEP = /^test:/;
const LINK = /^npm run (\S+)$/;

export interface TestStep {
  /** The npm script. */
  readonly script: string;
  readonly isJest: boolean;
}

/**
 * What `npm test` runs: the scripts that `npm run check` chains, one by one so that all of them are heard, the end-to-end
 * tests, those in a browser, the fault suite, the campaign of faults in its short form, and the smallest run of the
 * benchmarks, so that they cannot rot.
 * @throws Error when the check does something else than to chain npm scripts.
 */
export function testSteps(scripts: Readonly<Record<string, string>>): readonly TestStep[] {
  const check = scripts['check'] ?? '';
  const links = check.split('&&').map((link) => {
    const script = LINK.exec(link.trim())?.[1];
    if (script === undefined)
      throw new Error(`Expected the script "check" to chain npm scripts, got ${JSON.stringify(link)}.`);
    return script;
  });
  return [...links, 'test:e2e', 'test:browser', 'test:faults', 'test:campaign:short', 'bench:smoke'].map((script) => ({
    script,
    isJest: JEST_STEP.test(script),
  }));
}

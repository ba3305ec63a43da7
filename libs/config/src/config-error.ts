/** One setting that cannot be used. */
export interface ConfigProblem {
  readonly name: string;
  /** What is wrong, what is allowed and what was probably meant, without secrets. */
  readonly message: string;
}

/** The environment does not configure the app: the process must not start. The message lists every problem. */
export class ConfigError extends Error {
  readonly code = 'bad_configuration';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ name, message }) => `  ${name}: ${message}`);
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${lines.join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

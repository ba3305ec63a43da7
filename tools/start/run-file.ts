import { rmSync } from 'node:fs';
import { writePrivateFile } from '../processes/private-file.js';

/** What other programs may know of the running suite; null for what does not run here. */
export interface RunFacts {
  readonly url: string;
  readonly apiKey: string;
  readonly rabbitmqUrl: string;
  readonly managementUrl: string | null;
  readonly databaseUrl: string;
  readonly mailUrl: string | null;
  /** Settings of the gateway that are no secrets: with them the doctor looks at the suite as it was started. */
  readonly settings: Readonly<Record<string, string>>;
  readonly healthUrls: Readonly<Record<string, readonly string[]>>;
  readonly pids: Readonly<Record<string, readonly number[] | null>>;
}

export function writeRunFile(path: string, facts: RunFacts): void {
  writePrivateFile(path, `${JSON.stringify(facts, null, 2)}\n`);
}

export function removeRunFile(path: string): void {
  rmSync(path, { force: true });
}

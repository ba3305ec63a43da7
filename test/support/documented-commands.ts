import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const BLOCK = /^( *)<!-- command: ([\w-]+) -->\s*```sh\n([\s\S]*?)^ *```$/gm;
const PATIENCE_MS = 60_000;

/** The commands of a document, by the names that comments before them give. */
export class DocumentedCommands {
  private readonly scripts: ReadonlyMap<string, string>;
  private readonly left: Set<string>;

  private constructor(text: string) {
    const blocks = [...text.matchAll(BLOCK)].map(([, , name, script]) => [String(name), String(script)] as const);
    const nameless = [...text.matchAll(/^ *```sh$/gm)].length - blocks.length;
    if (nameless > 0) throw new Error(`${nameless} commands have no name: no test can run them.`);
    this.scripts = new Map(blocks);
    this.left = new Set(this.scripts.keys());
  }

  static async of(file: string): Promise<DocumentedCommands> {
    return new DocumentedCommands(await readFile(file, 'utf8'));
  }

  /** Those that have not been run yet. */
  get unrun(): readonly string[] {
    return [...this.left];
  }

  /** Runs a command as it stands there, and ends at the first line that fails. @returns what it printed */
  async run(name: string, env: NodeJS.ProcessEnv): Promise<string> {
    const script = this.scripts.get(name);
    if (script === undefined) throw new Error(`No command is named ${name}.`);
    this.left.delete(name);
    // A shell whose input is a socket would read the settings of interactive ones, which do not stand `-u`.
    const options = { env, timeout: PATIENCE_MS };
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-eu', '-o', 'pipefail', '-c', script], options);
    return stdout;
  }
}

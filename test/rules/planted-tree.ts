import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const PROJECT = join(import.meta.dirname, '../..');

/** What the tools look for at the root of a tree. */
const SETTINGS = ['package.json', 'tsconfig.json'];

/** What a program printed on its standard output, and how it ended. */
interface Ran {
  readonly output: string;
  readonly complaint: string;
  readonly exitCode: number | null;
}

/** A small tree outside the project, with the project's settings and packages, that rules are tried on. */
export class PlantedTree {
  private constructor(readonly root: string) {}

  /** @param files their content, by path */
  static async of(files: Readonly<Record<string, string>>): Promise<PlantedTree> {
    const root = await mkdtemp(join(tmpdir(), 'leveret-rules-'));
    await Promise.all(SETTINGS.map((file) => copyFile(join(PROJECT, file), join(root, file))));
    await symlink(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(root, dirname(path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
    return new PlantedTree(root);
  }

  /** Runs a tool of the project in the tree. */
  run(tool: string, ...args: readonly string[]): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const script = join(PROJECT, 'node_modules/.bin', tool);
      const child = spawn(process.execPath, [script, ...args], { cwd: this.root, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      let complaint = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
      child.once('error', reject).once('close', (exitCode) => {
        resolve({ output, complaint, exitCode });
      });
    });
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../../tools/project/app-list.js';

const run = promisify(execFile);
const MODULES = join(PROJECT, 'node_modules');

/** A project outside of the tree that has `libs/consumer` as the package that npm makes of it. */
export class OutsideProject {
  constructor(readonly folder: string) {}

  /** Packs the package and puts it beside the packages that it names, as an installation would. */
  async install(): Promise<void> {
    const modules = join(this.folder, 'node_modules');
    await mkdir(modules, { recursive: true });
    for (const name of await readdir(MODULES)) await symlink(join(MODULES, name), join(modules, name));
    await run('npm', ['pack', '--pack-destination', this.folder], { cwd: join(PROJECT, 'libs', 'consumer') });
    const [tarball = ''] = (await readdir(this.folder)).filter((name) => name.endsWith('.tgz'));
    await run('tar', ['-xzf', tarball], { cwd: this.folder });
    await cp(join(this.folder, 'package'), join(modules, 'leveret-consumer'), { recursive: true });
  }

  /** Compiles an example, by the compiler's options that the documentation gives, to the place where a built app of a suite lies. */
  async build(example: string, app: string): Promise<void> {
    const source = join(this.folder, 'apps', app, 'src', 'main.ts');
    await mkdir(join(source, '..'), { recursive: true });
    await cp(join(PROJECT, 'examples', example), source);
    await writeFile(join(this.folder, 'package.json'), '{ "type": "module", "private": true }');
    const compilerOptions = { ...(await documentedOptions()), rootDir: '.' };
    await writeFile(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [source] }));
    await run(join(MODULES, '.bin', 'tsc'), ['-p', '.'], { cwd: this.folder });
  }

  /** What a program of the project prints. */
  async printed(program: string): Promise<string> {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: this.folder });
    return stdout.trim();
  }

  /** The packages that the installed one imports, and those that it says it needs. */
  async needs(): Promise<{
    readonly imported: readonly string[];
    readonly declared: Readonly<Record<string, string>>;
  }> {
    const folder = join(this.folder, 'node_modules', 'leveret-consumer');
    const files = (await readdir(join(folder, 'dist'))).filter((name) => /\.(?:js|d\.ts)$/.test(name));
    const texts = await Promise.all(files.map((name) => readFile(join(folder, 'dist', name), 'utf8')));
    const names = texts.flatMap((text) =>
      Array.from(text.matchAll(/\bfrom '((?:@[^/']+\/)?[^/'.]+)/g), ([, name]) => String(name)),
    );
    const { dependencies, peerDependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
      readonly peerDependencies: Readonly<Record<string, string>>;
    };
    const imported = [...new Set(names)].filter((name) => !name.startsWith('node:'));
    return { imported: imported.sort(), declared: { ...dependencies, ...peerDependencies } };
  }
}

async function documentedOptions(): Promise<object> {
  const page = await readFile(join(PROJECT, 'docs', 'own-apps.md'), 'utf8');
  const [, json = '{}'] = /```json\n(\{\n {2}"compilerOptions".*?)```/s.exec(page) ?? [];
  return (JSON.parse(json) as { readonly compilerOptions: object }).compilerOptions;
}

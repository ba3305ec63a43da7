import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PlantedTree, PROJECT } from './planted-tree.js';

/** What breaks each of our own rules, with the rule, by path. */
const VIOLATIONS: readonly (readonly [rule: string, path: string, text: string])[] = [
  ['no-restricted-syntax', 'libs/broker/src/all.ts', "export * from './link.js';"],
  ['no-restricted-syntax', 'libs/broker/src/default.ts', 'export default 1;'],
  ['no-restricted-syntax', 'libs/broker/src/named-default.ts', 'const one = 1;\nexport { one as default };'],
  ['no-restricted-syntax', 'libs/broker/src/mutable-static.ts', 'export class Link {\n  static count = 0;\n}'],
  ['no-restricted-syntax', 'libs/broker/src/skipped.spec.ts', "it.skip('waits', () => {});"],
  ['no-restricted-syntax', 'libs/broker/src/single.spec.ts', "describe.only('link', () => {});"],
  ['no-restricted-syntax', 'libs/broker/src/unwritten.spec.ts', "test.todo('waits');"],
  ['no-restricted-syntax', 'libs/broker/src/skipped-table.spec.ts', "it.skip.each([1])('waits', () => {});"],
  [
    'no-restricted-syntax',
    'libs/broker/src/crossed-out.spec.ts',
    "import { xit } from '@jest/globals';\nxit('waits');",
  ],
  ['no-restricted-syntax', 'test/e2e/again.spec.ts', "import { jest } from '@jest/globals';\njest.retryTimes(3);"],
  [
    'no-async-promise-executor',
    'libs/broker/src/executor.ts',
    'export const never = new Promise(async () => { await never; });',
  ],
  ['no-restricted-properties', 'apps/gateway/src/setting.ts', 'export const port = process.env.PORT;'],
  ['no-restricted-properties', 'apps/gateway/src/taken-setting.ts', 'export const { env } = process;'],
  ['no-restricted-imports', 'apps/gateway/src/own-process.ts', "import { env } from 'node:process';\nexport { env };"],
  ['no-restricted-imports', 'apps/gateway/src/burglar.ts', "import '../../../libs/broker/src/link.js';"],
  ['no-restricted-imports', 'apps/gateway/src/burglar-by-name.ts', "import '#libs/broker/src/link.js';"],
  ['no-console', 'apps/gateway/src/shout.ts', "console.log('started');"],
  ['max-lines', 'libs/broker/src/long.ts', 'export const line = 0;\n'.replace('line', 'first') + ';\n'.repeat(250)],
  [
    'max-lines-per-function',
    'libs/broker/src/long-function.ts',
    `export function long(): void {\n${'  void 0;\n'.repeat(50)}}`,
  ],
  [
    'max-params',
    'libs/broker/src/params.ts',
    'export const sum = (a = 1, b = 1, c = 1, d = 1, e = 1) => a + b + c + d + e;',
  ],
  [
    'max-depth',
    'libs/broker/src/deep.ts',
    'export function deep(is: boolean): void {\n  if (is) while (is) if (is) do { if (is) return; } while (is);\n}',
  ],
  ['complexity', 'libs/broker/src/twisted.ts', `export const twisted = (n: number) => ${'n > 0 ? 1 : '.repeat(10)}0;`],
  [
    '@typescript-eslint/no-floating-promises',
    'libs/broker/src/floating.ts',
    'export async function float(): Promise<void> {\n  float();\n}',
  ],
  [
    '@typescript-eslint/switch-exhaustiveness-check',
    'libs/contracts/src/switch.ts',
    "export function end(is: 'done' | 'retry'): number {\n  switch (is) {\n    case 'done':\n      return 1;\n  }\n  return 0;\n}",
  ],
  ['@typescript-eslint/explicit-module-boundary-types', 'libs/contracts/src/untyped.ts', 'export const one = () => 1;'],
];

/** What looks like a violation and is none. */
const ALLOWED: readonly (readonly [path: string, text: string])[] = [
  ['libs/config/src/load.ts', 'export const port = process.env["PORT"];'],
  ['tools/start/main.ts', 'export const { env } = process;\nconsole.log(env["PORT"]);'],
  ['libs/broker/src/constant.ts', 'export class Link {\n  static readonly most = 1;\n  readonly own = 2;\n}'],
  ['libs/broker/src/rest.ts', 'export function less({ a, ...rest }: { a: 1; b: 2 }): { b: 2 } {\n  return rest;\n}'],
  ['libs/broker/src/long.spec.ts', `export function long(): void {\n${'  void 0;\n'.repeat(260)}}`],
];

interface LintedFile {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[];
}

describe('the lint rules', () => {
  let tree: PlantedTree;
  let linted: readonly LintedFile[];

  beforeAll(async () => {
    const planted = VIOLATIONS.map(([, path, text]) => [path, `${text}\n`] as const);
    tree = await PlantedTree.of(Object.fromEntries([...planted, ...ALLOWED]));
    const config = join(PROJECT, 'eslint.config.mjs');
    const { output, complaint } = await tree.run('eslint', '--config', config, '--format', 'json', '.');
    if (output === '') throw new Error(`ESLint said nothing: ${complaint}`);
    linted = JSON.parse(output) as LintedFile[];
  }, 120_000);
  afterAll(() => tree.remove());

  const rulesBrokenBy = (path: string): (string | null)[] => {
    const file = linted.find(({ filePath }) => filePath.endsWith(`/${path}`));
    if (file === undefined) throw new Error(`ESLint has not looked at ${path}.`);
    return file.messages.map(({ ruleId, message }) => ruleId ?? message);
  };

  it.each(VIOLATIONS)('include %s, broken by %s', (rule, path) => {
    expect(rulesBrokenBy(path)).toContain(rule);
  });

  it.each(ALLOWED)('report nothing in %s', (path) => {
    expect(rulesBrokenBy(path)).toEqual([]);
  });

  it('are switched off with a reason only', () => {
    const unexplained = sources()
      .flatMap((file) => linesOf(file).map((line) => `${file}: ${line.trim()}`))
      .filter((line) => /eslint-disable(?!.* -- \S)/.test(line));
    expect(unexplained).toEqual([]);
  });
});

function sources(): string[] {
  return ['apps', 'libs', 'tools', 'test/e2e', 'test/support']
    .flatMap((folder) =>
      readdirSync(join(PROJECT, folder), { recursive: true }).map((file) => join(folder, String(file))),
    )
    .filter((file) => file.endsWith('.ts'));
}

function linesOf(file: string): string[] {
  return readFileSync(join(PROJECT, file), 'utf8').split('\n');
}

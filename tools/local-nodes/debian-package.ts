import { existsSync, readFileSync } from 'node:fs';
import { Problem } from '../console/problem.js';
import { type Screen } from '../console/screen.js';
import { runProgram, type ProgramResult } from '../processes/run-program.js';
import { findProgram } from './rabbitmq-program.js';

const POLICY = '/usr/sbin/policy-rc.d';
/** A policy that bears it was left by an installation that was killed. */
const SIGNATURE = 'Written by Leveret while it installs a package';
const PATIENCE_MS = 10 * 60_000;
const ASK_PATIENCE_MS = 10_000;
const TAIL_LINES = 15;

type Prefix = readonly string[];

/** A package of Debian or Ubuntu. */
export interface DebianPackage {
  readonly name: string;
  /** What it brings, as people know it. */
  readonly title: string;
  /** Its name in Homebrew, when that is another. */
  readonly brewName?: string;
  /** A service of the system that the package would bring up. */
  readonly service?: string;
  /** What helps beside installing it by hand. */
  readonly advice: string;
}

/**
 * What is installed already, or comes by a package of the distribution when this user may install it.
 * @param find looks for what the package brings
 * @throws Problem with the command to type when there is no way
 */
export async function ensureInstalled<T>(find: () => T | undefined, wanted: DebianPackage, screen: Screen): Promise<T> {
  const installed = await installIfAllowed(find, wanted, screen);
  if (installed !== undefined) return installed;
  throw new Problem(
    `No ${wanted.title}: none is installed, and this user may not install packages. ` +
      `Install it (${installCommand(wanted)}), or ${wanted.advice}`,
  );
}

/**
 * The same for what may come in another way, too.
 * @returns undefined when it is not there and cannot be installed
 * @throws Problem when the package manager fails
 */
export async function installIfAllowed<T>(
  find: () => T | undefined,
  wanted: DebianPackage,
  screen: Screen,
): Promise<T | undefined> {
  const found = find();
  if (found !== undefined) return found;
  const prefix = await mayInstall();
  if (prefix === undefined) return undefined;
  await screen.step(`Installing the package ${wanted.name}`, () => installPackage(prefix, wanted));
  return find();
}

/** The command by which a person installs a package. */
export function installCommand({ name, brewName = name }: DebianPackage): string {
  return process.platform === 'darwin'
    ? `brew install ${brewName}`
    : `sudo apt-get install --no-install-recommends ${name}`;
}

/** What stands before a command that only root may run; undefined when this user may not install packages here. */
async function mayInstall(): Promise<Prefix | undefined> {
  if (process.platform !== 'linux' || findProgram('apt-get') === undefined) return undefined;
  if (process.getuid?.() === 0) return [];
  const sudo = await runProgram(['sudo', '-n', 'true'], { patienceMs: ASK_PATIENCE_MS });
  return sudo.ok ? ['sudo', '-n'] : undefined;
}

/**
 * Installs a package of the distribution without starting what is in it.
 * @throws Problem with the end of apt's output.
 */
async function installPackage(prefix: Prefix, wanted: DebianPackage): Promise<void> {
  const policyIsOurs = !existsSync(POLICY) || readFileSync(POLICY, 'utf8').includes(SIGNATURE);
  if (policyIsOurs) {
    const lines = `#!/bin/sh\\n# ${SIGNATURE}\\nexit 101\\n`;
    await asRoot(prefix, ['sh', '-c', `printf '${lines}' > ${POLICY} && chmod 755 ${POLICY}`]);
  }
  try {
    // Nothing that is there goes for it, such as another server of the same kind.
    const install = ['install', '--yes', '--no-remove', '--no-install-recommends', wanted.name];
    let result = await apt(prefix, install);
    if (!result.ok) {
      // A machine that has just been set up has no package lists yet.
      await apt(prefix, ['update']);
      result = await apt(prefix, install);
    }
    if (!result.ok) throw new Problem(failure(result, wanted));
    // Without this the next start of the machine would bring it up.
    if (wanted.service !== undefined) await asRoot(prefix, ['systemctl', 'disable', wanted.service]);
  } finally {
    if (policyIsOurs) await asRoot(prefix, ['rm', '-f', POLICY]);
  }
}

function apt(prefix: Prefix, args: readonly string[]): Promise<ProgramResult> {
  const lockPatience = ['-o', 'DPkg::Lock::Timeout=120'];
  return asRoot(prefix, ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...lockPatience, ...args]);
}

function asRoot(prefix: Prefix, command: readonly string[]): Promise<ProgramResult> {
  const [program = 'true', ...args] = [...prefix, ...command];
  return runProgram([program, ...args], { patienceMs: PATIENCE_MS });
}

function failure({ output }: ProgramResult, { name, advice }: DebianPackage): string {
  const tail = output.split('\n').slice(-TAIL_LINES);
  return [
    `The package ${name} could not be installed. The end of what apt-get said:`,
    ...tail.map((line) => `  ${line}`),
    `Install it by hand (sudo apt-get install ${name}), or ${advice}`,
  ].join('\n');
}

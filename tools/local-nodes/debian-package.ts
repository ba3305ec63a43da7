import { existsSync, readFileSync } from 'node:fs';
import { Problem } from '../console/problem.js';
import { runProgram, type ProgramResult } from '../processes/run-program.js';
import { findProgram } from './rabbitmq-program.js';

const POLICY = '/usr/sbin/policy-rc.d';
/** A policy that bears it was left by an installation that was killed. */
const SIGNATURE = 'Written by Leveret while it installs RabbitMQ';
const INSTALL = ['install', '--yes', '--no-install-recommends', 'rabbitmq-server'] as const;
const PATIENCE_MS = 10 * 60_000;
const ASK_PATIENCE_MS = 10_000;
const TAIL_LINES = 15;

type Prefix = readonly string[];

/** What stands before a command that only root may run; undefined when this user may not install packages here. */
export async function mayInstall(): Promise<Prefix | undefined> {
  if (process.platform !== 'linux' || findProgram('apt-get') === undefined) return undefined;
  if (process.getuid?.() === 0) return [];
  const sudo = await runProgram(['sudo', '-n', 'true'], { patienceMs: ASK_PATIENCE_MS });
  return sudo.ok ? ['sudo', '-n'] : undefined;
}

/**
 * Installs Debian's or Ubuntu's RabbitMQ without starting a broker of the system.
 * @throws Problem with the end of apt's output.
 */
export async function installRabbitmqPackage(prefix: Prefix): Promise<void> {
  const policyIsOurs = !existsSync(POLICY) || readFileSync(POLICY, 'utf8').includes(SIGNATURE);
  if (policyIsOurs) {
    const lines = `#!/bin/sh\\n# ${SIGNATURE}\\nexit 101\\n`;
    await asRoot(prefix, ['sh', '-c', `printf '${lines}' > ${POLICY} && chmod 755 ${POLICY}`]);
  }
  try {
    let result = await apt(prefix, INSTALL);
    if (!result.ok) {
      // A machine that has just been set up has no package lists yet.
      await apt(prefix, ['update']);
      result = await apt(prefix, INSTALL);
    }
    if (!result.ok) throw new Problem(failure(result));
    // Without this the next start of the machine would bring up a broker of the system.
    await asRoot(prefix, ['systemctl', 'disable', 'rabbitmq-server.service']);
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

function failure({ output }: ProgramResult): string {
  const tail = output.split('\n').slice(-TAIL_LINES);
  return [
    'The package rabbitmq-server could not be installed. The end of what apt-get said:',
    ...tail.map((line) => `  ${line}`),
    'Install it by hand (sudo apt-get install rabbitmq-server), or give a broker: RABBITMQ_URL=amqp://user:password@host:5672',
  ].join('\n');
}

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What tells a process from another that got the same number later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in whatever form the system tells it. */
  readonly startedAt: string;
  readonly command: string;
}

/** The process with this number, or undefined when there is none; one that has ended but was not collected is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  return process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);
}

function identifyByProc(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and brackets, so the fields are counted from its end: state is the first, the start time the twentieth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startedAt] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || startedAt === undefined) return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    // A process that is ending has no command line any more.
    return command === '' ? undefined : { pid, startedAt, command };
  } catch {
    return undefined;
  }
}

function identifyByPs(pid: number): ProcessIdentity | undefined {
  try {
    const columns = ['-o', 'state=', '-o', 'lstart=', '-o', 'command=', '-p', String(pid)];
    const line = execFileSync('ps', columns, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }).trim();
    const [, state, startedAt, command] = /^(\S+)\s+(\S+ +\S+ +\S+ +\S+ +\S+)\s+(.*)$/.exec(line) ?? [];
    if (state === undefined || startedAt === undefined || command === undefined || state.startsWith('Z'))
      return undefined;
    return { pid, startedAt, command };
  } catch {
    return undefined;
  }
}

import { readFileSync, writeFileSync } from 'node:fs';

/** Linux counts a process's time in hundredths of a second. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4_096;

/**
 * CPU seconds that a process has used, with all its threads and those of its children that have ended: servers begin and end
 * them with connections. 0 when it is gone or the system has no /proc.
 */
export function cpuSeconds(pid: number): number {
  const fields =
    read(`/proc/${pid}/stat`)
      ?.replace(/^.*\) /, '')
      .split(' ') ?? [];
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / TICKS_PER_SECOND;
}

/** A process and its descendants, as they are now. */
export function family(pid: number): readonly number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`)?.trim().split(/\s+/) ?? [];
  return [pid, ...children.filter((child) => child !== '').flatMap((child) => family(Number(child)))];
}

/** Resident memory of a process, in MiB. */
export function residentMib(pid: number): number {
  const pages = Number(read(`/proc/${pid}/statm`)?.split(' ')[1] ?? 0);
  return (pages * PAGE_BYTES) / (1024 * 1024);
}

/** Memory of a process, in MiB, where each of those that share a page has its part: the sum of a server's is right. */
export function sharedOutMib(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return kib === undefined ? residentMib(pid) : Number(kib) / 1024;
}

/** The most memory that a process has had resident since {@link forgetPeak}, in MiB; 0 when the system has no /proc. */
export function peakMib(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return Number(kib ?? 0) / 1024;
}

/** Counts the most memory of a process from now on. */
export function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Without /proc there is no peak either.
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

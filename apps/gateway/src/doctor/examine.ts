import { setTimeout as delay } from 'node:timers/promises';
import { type Check, type Patient } from './check.js';
import { type Finding, toMend, unknown } from './finding.js';

const CHECK_LIMIT_MS = 10_000;

/** A finding with the name of the check that made it. */
export interface Diagnosis extends Finding {
  readonly check: string;
}

/** Runs every check, one after the other, each for 10 s at most. Never rejects. */
export async function examine(patient: Patient, checks: readonly Check[]): Promise<readonly Diagnosis[]> {
  const diagnoses: Diagnosis[] = [];
  for (const check of checks) {
    const findings = await withinLimit(check, patient);
    diagnoses.push(...findings.map((finding) => ({ check: check.name, ...finding })));
  }
  return diagnoses;
}

async function withinLimit(check: Check, patient: Patient): Promise<readonly Finding[]> {
  const done = new AbortController();
  const late = delay(CHECK_LIMIT_MS, undefined, { signal: done.signal }).then(
    () => [
      unknown(`It could not be examined within ${CHECK_LIMIT_MS / 1_000} s.`, 'Look again when there is less load.'),
    ],
    () => [],
  );
  try {
    return await Promise.race([check.examine(patient), late]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [toMend(`It could not be examined: ${reason}`, 'Mend what the message names, and look again.')];
  } finally {
    done.abort();
  }
}

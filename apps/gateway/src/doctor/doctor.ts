import { type Telemetry } from '#libs/observability';
import { ALL_CHECKS } from './all-checks.js';
import { type Patient } from './check.js';
import { type Diagnosis, examine } from './examine.js';
import { ManagementView } from './management-view.js';

/** Apps that start together with the gateway have announced themselves by then. */
const FIRST_AFTER_MS = 20_000;
const AGAIN_EVERY_MS = 15 * 60_000;
/** Who asks again sooner is told the same: an examination asks the broker and the database a lot. */
const FRESH_MS = 10_000;

/** What is examined, and where its broker's management API is. */
export interface Subject extends Omit<Patient, 'management'> {
  readonly managementUrl: string | null;
}

/** What was found when. */
export interface Examination {
  /** ISO 8601. */
  readonly examinedAt: string;
  readonly findings: readonly Diagnosis[];
}

/** Looks through the suite some time after the gateway's start and every quarter of an hour, and logs what it finds. */
export class Doctor {
  readonly #subject: Subject;
  readonly #telemetry: Telemetry;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #latest: { readonly from: number; readonly examination: Promise<Examination> } | undefined;

  constructor(subject: Subject, telemetry: Telemetry) {
    this.#subject = subject;
    this.#telemetry = telemetry;
  }

  start(): void {
    this.#lookAfter(FIRST_AFTER_MS);
  }

  /** Looks no more. What it is looking at just now changes nothing, and is not waited for. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** What there is to find at present, to within some seconds. Those who ask together share an examination. Never rejects. */
  examine(): Promise<Examination> {
    const from = performance.now();
    if (this.#latest === undefined || from - this.#latest.from > FRESH_MS) {
      this.#latest = { from, examination: examined(this.#subject) };
    }
    return this.#latest.examination;
  }

  #lookAfter(ms: number): void {
    this.#timer = setTimeout(() => {
      void this.#look().then(() => {
        if (!this.#stopped) this.#lookAfter(AGAIN_EVERY_MS);
      });
    }, ms).unref();
  }

  async #look(): Promise<void> {
    const { findings } = await this.examine();
    if (!this.#stopped) tell(findings, this.#telemetry);
  }
}

async function examined(subject: Subject): Promise<Examination> {
  const findings = await diagnose(subject);
  return { examinedAt: new Date().toISOString(), findings };
}

/** One examination. Never rejects. */
export function diagnose({ managementUrl, ...patient }: Subject): Promise<readonly Diagnosis[]> {
  const [brokerUrl = ''] = patient.broker.urls;
  const management = managementUrl === null ? undefined : new ManagementView(managementUrl, brokerUrl);
  return examine({ ...patient, management }, ALL_CHECKS);
}

function tell(diagnoses: readonly Diagnosis[], telemetry: Telemetry): void {
  const of = (grade: Diagnosis['grade']): readonly Diagnosis[] => diagnoses.filter((one) => one.grade === grade);
  for (const { check, says, mend } of of('mend')) telemetry.emit('doctor.found', { check, says, ...advice(mend) });
  for (const { check, says, mend } of of('note')) telemetry.emit('doctor.noted', { check, says, ...advice(mend) });
  telemetry.emit('doctor.examined', {
    good: of('good').length,
    noted: of('note').length + of('unknown').length,
    toMend: of('mend').length,
  });
}

function advice(mend: string | undefined): { mend?: string } {
  return mend === undefined ? {} : { mend };
}

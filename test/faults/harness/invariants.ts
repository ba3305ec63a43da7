import { isFinal, type Job } from '#libs/contracts';
import { type Beginning } from '../../support/witness.js';
import { type Strike } from './strike.js';
import { type Toll } from './fault.js';
import { type Silence } from './fault-suite.js';
import { type Submit } from './history.js';
import { type Violation, violation } from './violation.js';

const LONGEST_ANSWER_MS = 10_000;
/** How soon after the answer nothing of a cancelled job starts any more. */
const LATEST_START_MS = 1_000;
/** How long after a fault's end a process may take to connect again. */
const RECONNECT_MS = 5_000;
const UNFORESEEN = /^5(?!03)/;

/** What is known of a run of the suite after it has come to rest. */
export interface Evidence {
  readonly submits: readonly Submit[];
  /** Every job of the run that the API lists. */
  readonly jobs: ReadonlyMap<string, Job>;
  /** Executions that were seen from outside. */
  readonly executions: ReadonlyMap<string, readonly Beginning[]>;
  /** Calls that an outside target has counted. */
  readonly calls: ReadonlyMap<string, number>;
  /** What the faults explain: so many executions and charges may be too many. */
  readonly toll: Toll;
  readonly silences: readonly Silence[];
  /** When faults were made. */
  readonly strikes: readonly Strike[];
  /** Jobs that were answered as cancelled while they did not run, and when. */
  readonly cancelled: ReadonlyMap<string, number>;
  /** Jobs whose retry was accepted. */
  readonly retried: ReadonlySet<string>;
}

type Invariant = (evidence: Evidence) => readonly Violation[];

/** I1: every acknowledged job is there, and has ended as its script says. */
const noneLost: Invariant = ({ submits, jobs }) => {
  const acknowledged = submits.filter(({ certainty }) => certainty === 'ok');
  const of = (state: (job: Job | undefined, submit: Submit) => boolean): readonly string[] =>
    acknowledged.filter((submit) => state(jobs.get(submit.id ?? ''), submit)).map(shown(jobs));
  return [
    ...violation(
      'I1',
      'acknowledged jobs do not exist',
      of((job) => job === undefined),
    ),
    ...violation(
      'I1',
      'jobs have not ended',
      of((job) => job !== undefined && !isFinal(job.status)),
    ),
    ...violation(
      'I1',
      'jobs have not ended as their script says',
      of((job, { plan }) => job !== undefined && isFinal(job.status) && !plan.ends.includes(job.status)),
    ),
  ];
};

/** I2: every job was submitted, none of a submit that was refused, and none twice. */
const nothingFromNowhere: Invariant = ({ submits, jobs }) => {
  const byNumber = new Map(submits.map((submit) => [submit.number, submit]));
  const origin = ({ metadata }: Job): Submit | undefined => byNumber.get(Number(metadata['submit']));
  const found = [...jobs.values()];
  const numbers = found.map(({ metadata }) => metadata['submit']);
  return [
    ...violation('I2', 'jobs that nobody submitted', ids(found.filter((job) => origin(job) === undefined))),
    ...violation('I2', 'jobs of refused submits', ids(found.filter((job) => origin(job)?.certainty === 'fail'))),
    ...violation(
      'I2',
      'second jobs of one submit',
      ids(found.filter(({ metadata }, index) => numbers.indexOf(metadata['submit']) !== index)),
    ),
  ];
};

/** I8: a request that was sent again and again under one key has one job. */
const oneJobForAKey: Invariant = ({ submits }) =>
  violation(
    'I8',
    'several jobs for one Idempotency-Key',
    submits.flatMap(({ id = '', otherIds }) => (otherIds.length === 0 ? [] : [[id, ...otherIds].join(' and ')])),
  );

/** I4: executions are those of the scripts, and at most as many more as the faults explain. */
const duplicatesBounded: Invariant = (evidence) => {
  const tooMany = planned(evidence).flatMap(({ job, submit }) => {
    const more = (evidence.executions.get(job.id)?.length ?? 0) - (submit.plan.executions ?? 0);
    return submit.plan.executions === undefined || more <= 0 ? [] : [{ id: job.id, more }];
  });
  const sum = tooMany.reduce((total, { more }) => total + more, 0);
  const explained = evidence.toll.charged + evidence.toll.uncharged;
  const what = `${sum} executions more than the scripts have, of which faults explain ${explained}`;
  return sum <= explained
    ? []
    : violation(
        'I4',
        what,
        tooMany.map(({ id, more }) => `${id} (${more} more)`),
      );
};

/** A result comes from an execution, and outside and inside agree that there was one. */
const nothingInvented: Invariant = (evidence) => {
  const done = planned(evidence).filter(({ job }) => job.status === 'completed');
  const unseen = done.filter(
    ({ job, submit }) => submit.plan.executions !== undefined && !evidence.executions.has(job.id),
  );
  const uncalled = done.filter(({ job, submit }) => submit.plan.kind === 'calls out' && !evidence.calls.has(job.id));
  return [
    ...violation('I4', 'completed without an execution', ids(unseen.map(({ job }) => job))),
    ...violation('I4', 'completed without the call to the outside', ids(uncalled.map(({ job }) => job))),
  ];
};

/** I5: attempts shown are those of the scripts but for runs that died, and never above the limit. */
const attemptsHonest: Invariant = (evidence) => {
  const other = planned(evidence).filter(
    ({ job, submit: { plan } }) => plan.attempts !== undefined && job.attempt !== plan.attempts,
  );
  const above = [...evidence.jobs.values()].filter(({ attempt, maxAttempts }) => attempt > maxAttempts);
  return [
    ...(other.length <= evidence.toll.charged
      ? []
      : violation(
          'I5',
          `jobs with other attempts than their script has, of which faults explain ${evidence.toll.charged}`,
          other.map(
            ({ job, submit }) => `${job.id} (${submit.plan.kind}: ${job.attempt} for ${submit.plan.attempts ?? 'any'})`,
          ),
        )),
    ...violation('I5', 'attempts above the limit', ids(above)),
  ];
};

/**
 * I9: what was cancelled before it ran does not start any more, and what was retried after it failed does not stay so.
 * While a fault keeps the void from the workers they cannot know; they stop the job as soon as they do.
 */
const wishesKept: Invariant = ({ cancelled, retried, executions, jobs, strikes }) => {
  const cutOff = (time: number): boolean =>
    strikes.some(({ at, lastedMs }) => time >= at - LATEST_START_MS && time <= at + lastedMs + RECONNECT_MS);
  const late = [...cancelled].filter(([id, at]) =>
    (executions.get(id) ?? []).some((beginning) => beginning.at > at + LATEST_START_MS && !cutOff(at)),
  );
  const back = [...cancelled.keys()].filter((id) => jobs.get(id)?.status !== 'cancelled');
  return [
    ...violation(
      'I9',
      'cancelled jobs were started later',
      late.map(([id]) => id),
    ),
    ...violation('I9', 'cancelled jobs are not cancelled', back),
    ...violation(
      'I9',
      'retried jobs have not run again',
      [...retried].filter((id) => jobs.get(id)?.status !== 'completed'),
    ),
  ];
};

/** I13: every submit is answered in time; a refusal says when to come again. */
const refusalsHonest: Invariant = ({ submits, silences }) => {
  const asked = submits.filter(({ way }) => way === 'http');
  const excused = ({ via, at, ms }: Submit): boolean =>
    silences.some(({ gateway, from, to }) => gateway === via && at <= to && at + ms >= from);
  const slow = asked.filter((submit) => submit.ms > LONGEST_ANSWER_MS && !excused(submit));
  const rude = asked.filter(({ answer, retryAfter }) => answer.startsWith('503') && retryAfter === null);
  const broken = asked.filter(({ answer }) => UNFORESEEN.test(answer));
  const described = (list: readonly Submit[]): readonly string[] =>
    list.map(({ number, via, answer, ms }) => `submit ${number} at ${via}: ${answer} after ${Math.round(ms)} ms`);
  return [
    ...violation('I13', 'submits without an answer within 10 s', described(slow)),
    ...violation('I13', '503 without Retry-After', described(rude)),
    ...violation('I13', 'errors that nobody foresaw', described(broken)),
  ];
};

const INVARIANTS: readonly Invariant[] = [
  noneLost,
  nothingFromNowhere,
  oneJobForAKey,
  duplicatesBounded,
  nothingInvented,
  attemptsHonest,
  wishesKept,
  refusalsHonest,
];

/** Everything that must not be and is. */
export function check(evidence: Evidence): readonly Violation[] {
  return INVARIANTS.flatMap((invariant) => invariant(evidence));
}

/** I3: what is final stays as it is. */
export function finalStatesFrozen(
  first: ReadonlyMap<string, Job>,
  second: ReadonlyMap<string, Job>,
): readonly Violation[] {
  const face = (job: Job | undefined): string =>
    JSON.stringify([job?.status, job?.result, job?.completedAt, job?.version, job?.attempt]);
  const changed = [...first.values()].filter((job) => isFinal(job.status) && face(job) !== face(second.get(job.id)));
  return violation(
    'I3',
    'final jobs have changed',
    changed.map((job) => `${job.id}: ${face(job)} became ${face(second.get(job.id))}`),
  );
}

function planned({ submits, jobs }: Evidence): readonly { readonly job: Job; readonly submit: Submit }[] {
  const byNumber = new Map([...jobs.values()].map((job) => [Number(job.metadata['submit']), job]));
  return submits.flatMap((submit) => {
    const job = byNumber.get(submit.number);
    return job === undefined ? [] : [{ job, submit }];
  });
}

function shown(jobs: ReadonlyMap<string, Job>): (submit: Submit) => string {
  return ({ id = '', plan, way }) => {
    const job = jobs.get(id);
    const state =
      job === undefined ? 'missing' : `${job.status}, attempt ${job.attempt}, ${job.error?.code ?? 'no error'}`;
    return `${id} (${plan.kind}, by ${way}: ${state})`;
  };
}

function ids(jobs: readonly Job[]): readonly string[] {
  return jobs.map(({ id, status, metadata }) => `${id} (${status}, submit ${String(metadata['submit'])})`);
}

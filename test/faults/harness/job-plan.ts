import { type JobStatus } from '#libs/contracts';
import { type SeededRandom } from './random.js';

/** What a job is made to do, and what it must come to in peace. */
export interface JobPlan {
  readonly kind: string;
  readonly task: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Fields of the request beside task and payload. */
  readonly options: Readonly<Record<string, unknown>>;
  /** How it may end. */
  readonly ends: readonly JobStatus[];
  /** How often its handler begins at most when nothing fails; undefined when nobody outside can see it. */
  readonly executions: number | undefined;
  /** Attempts charged when nothing fails; undefined when that depends on who is quicker. */
  readonly attempts: number | undefined;
  /** A service can publish it as a message: it has no option that a message cannot carry. */
  readonly asMessage: boolean;
  /** What is done to it after it was accepted. */
  readonly steer?: 'cancel' | 'retry';
}

/** Where executions leave a trace outside of the suite. */
export interface Traces {
  readonly witness: string;
  readonly target: string;
}

type Draft = Partial<Omit<JobPlan, 'payload'>> & { readonly payload: Readonly<Record<string, unknown>> };
type Maker = (random: SeededRandom, traces: Traces) => Draft;

const SCRIPT = 'lab.script';
const SHORT_BACKOFF = { type: 'fixed', delay: 300, jitter: 0 };
/** More than kills can charge in one run of the suite. */
const PATIENT = { maxAttempts: 9 };

const KINDS: Readonly<Record<string, { readonly share: number; readonly make: Maker }>> = {
  nothing: { share: 15, make: () => ({ task: 'lab.noop', payload: {}, executions: undefined, asMessage: true }) },
  succeeds: { share: 30, make: () => ({ payload: { steps: ['ok'] }, asMessage: true }) },
  'calls out': { share: 10, make: (_, { target }) => ({ payload: { steps: ['ok'], target }, asMessage: true }) },
  'fails at first': {
    share: 10,
    make: () => ({
      payload: { steps: ['fail', 'ok'], by: 'attempt' },
      options: { backoff: SHORT_BACKOFF, ...PATIENT },
      executions: 2,
      attempts: 2,
    }),
  },
  'fails for good': {
    share: 4,
    make: () => ({
      payload: { steps: ['fail'] },
      options: { maxAttempts: 2, backoff: SHORT_BACKOFF },
      ends: ['failed'],
      executions: 2,
      attempts: 2,
    }),
  },
  'is rejected': { share: 4, make: () => ({ payload: { steps: ['reject'] }, ends: ['failed'], asMessage: true }) },
  'puts itself off': {
    share: 6,
    make: (random) => ({ payload: { steps: ['snooze', 'ok'], ms: random.between(50, 500) }, executions: 2 }),
  },
  'runs long': { share: 10, make: (random) => ({ payload: { steps: ['hold'], ms: random.between(300, 3_000) } }) },
  'is delayed': {
    share: 6,
    make: (random) => ({ payload: { steps: ['ok'] }, options: { delay: random.between(100, 2_000), ...PATIENT } }),
  },
  'is cancelled': {
    share: 5,
    make: (random) => ({
      payload: { steps: ['hold'], ms: random.between(100, 2_000) },
      options: { delay: random.pick([0, 0, 500, 1_500]), ...PATIENT },
      ends: ['cancelled', 'completed'],
      attempts: undefined,
      steer: 'cancel',
    }),
  },
  'is retried by hand': {
    share: 3,
    make: () => ({
      payload: { steps: ['reject', 'ok'], by: 'attempt' },
      ends: ['failed', 'completed'],
      executions: 2,
      attempts: undefined,
      steer: 'retry',
    }),
  },
  'has text that cannot be stored': { share: 3, make: () => ({ payload: { steps: ['bad-text'] }, asMessage: true }) },
  'has a result that is too large': {
    share: 2,
    make: () => ({ payload: { steps: ['large-result'] }, ends: ['failed'] }),
  },
};

/** Draws jobs of every kind by their shares. */
export function drawPlan(random: SeededRandom, traces: Traces): JobPlan {
  const kind = random.pick(Object.entries(KINDS).flatMap(([name, { share }]) => Array<string>(share).fill(name)));
  const draft = KINDS[kind]?.make(random, traces) ?? { payload: {} };
  const task = draft.task ?? SCRIPT;
  return {
    kind,
    ends: ['completed'],
    executions: 1,
    attempts: 1,
    asMessage: false,
    ...draft,
    task,
    payload: task === SCRIPT ? { ...draft.payload, witness: traces.witness } : draft.payload,
    options: { ...(draft.options ?? PATIENT), priority: random.between(0, 9) },
  };
}

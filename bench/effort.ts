/** How much is done; a smoke run only proves that the benchmarks still work. */
export interface Effort {
  readonly runs: number;
  readonly jobs: number;
  readonly images: number;
  /** Images that are worked on at once. */
  readonly imagesAtOnce: readonly number[];
  /** How long the video is that is transcoded. */
  readonly videoSeconds: number;
  readonly mails: number;
  readonly rows: number;
  /** Final jobs that a ledger is filled with; 0: nothing is asked about a full one. */
  readonly ledger: number;
  /** Of load at a steady rate, for each figure. */
  readonly seconds: number;
  /** Jobs before those whose times count: programs that have run for a while have compiled what they do often. */
  readonly warmUpJobs: number;
  /** How long the suite is left alone after an app was started: its gateway hears of workers every two seconds. */
  readonly settleMs: number;
  /** Live listeners of one gateway. */
  readonly listeners: number;
  /** Jobs that wait already, from few to many. */
  readonly backlogs: readonly number[];
  /** Jobs that one process works on at once. */
  readonly concurrencies: readonly number[];
  /** Jobs a second. */
  readonly rates: readonly number[];
  /** How many queues and processes of an app there are, from one to many. */
  readonly queues: readonly number[];
  readonly processes: readonly number[];
  /** How often each page of the dashboard is visited in a round. */
  readonly visits: number;
}

/** The smallest effort. */
export const SMOKE: Effort = {
  ...{
    runs: 1,
    jobs: 200,
    images: 2,
    videoSeconds: 1,
    mails: 20,
    ledger: 1_000,
    rows: 2_000,
    seconds: 0.5,
    warmUpJobs: 50,
    settleMs: 0,
  },
  imagesAtOnce: [1],
  ...{
    listeners: 50,
    backlogs: [200],
    concurrencies: [200],
    rates: [200],
    queues: [1, 2],
    processes: [1, 2],
    visits: 1,
  },
};

/** What a full run looks at, beside what may be chosen. */
export const FULL = {
  settleMs: 3_000,
  warmUpJobs: 5_000,
  imagesAtOnce: [1, 2, 4],
  backlogs: [1_000, 100_000],
  concurrencies: [10, 50, 200],
  rates: [50, 200, 1_000],
  queues: [1, 4, 16],
  processes: [1, 2, 4],
  visits: 5,
} as const;

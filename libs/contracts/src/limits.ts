const KIB = 1024;
const MIB = 1024 * KIB;

/** The bounds that users meet. Bytes unless the name says otherwise. */
export const LIMITS = {
  requestBody: MIB,
  batchBody: 32 * MIB,
  batchJobs: 10_000,
  payload: 512 * KIB,
  /** The most that a task may announce as its `maxPayload`. */
  announcedPayload: 8 * MIB,
  metadata: 4 * KIB,
  /** An event says what has happened; what is larger is put into a file. */
  eventData: 64 * KIB,
  /** Of a tenant: each event is looked at by every one. */
  triggers: 200,
  /** Of a tenant: each end of a job may go to every one. */
  webhookEndpoints: 50,
  /** Characters of a unique key, an idempotency key or the id of an event. */
  key: 255,
  result: 64 * KIB,
  errorMessage: 4 * KIB,
  progressMessage: KIB,
  logLine: 2 * KIB,
  /** Of what a live listener says. */
  socketMessage: 64 * KIB,
  logLinesPerAttempt: 1_000,
  progressPerSecond: 5,
  schema: 64 * KIB,
  jsonDepth: 32,
  jsonNodes: 100_000,
  /** Of a batch call: room for its jobs as they might come by themselves, within the bytes of its body. */
  batchJsonNodes: 4_000_000,
  maxAttempts: 100,
  /** Jobs in the `then` of one request, with all that is within them. */
  followUps: 100,
  /** How deep one `then` may be within another. */
  followUpDepth: 8,
  /** Jobs that one run may spawn. */
  spawnedJobs: 10_000,
  /** Of the options of a spawned job, which travel in a header. */
  spawnOptions: 64 * KIB,
} as const;

/** Times that the design rests on, in milliseconds. */
export const TIMES = {
  /** A task's time-out when neither the job nor the task names one. */
  defaultTimeoutMs: 5 * 60_000,
  /** How long `RetryAfter` may put a job off after its first start. */
  maxWaitMs: 24 * 3_600_000,
  /** Longer waits are rows of the ledger, shorter ones messages in the delay ladder. */
  longestLadderWaitMs: 20 * 60_000,
  /** `BROKER_ACK_TIMEOUT` must leave a task's time-out this much room. */
  ackTimeoutMarginMs: 5 * 60_000,
  heartbeatMs: 2_000,
  /** A worker that is not heard for this long, three heartbeats, is taken for gone. */
  silenceMs: 6_000,
  announceEveryMs: 5 * 60_000,
} as const;

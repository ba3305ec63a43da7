export {
  ConflictError,
  InvalidRequestError,
  LeveretError,
  NotFoundError,
  NotSentError,
  TryLaterError,
  UnauthorizedError,
  UnknownOutcomeError,
  type Failure,
  type FieldError,
  type Problem,
} from './errors.js';
export { type Listing, type Page, type PageQuery } from './http/listing.js';
export {
  type BackoffOptions,
  type End,
  type FollowingJob,
  type JobOptions,
  type JobRequest,
  type Priority,
} from './job-request.js';
export { Leveret } from './leveret.js';
export { type CallOptions, type KeyedCallOptions, type LeveretOptions } from './options.js';
export { type ApiKey, type ApiKeyRequest, type ApiKeys, type KeyLimits, type NewApiKey } from './resources/api-keys.js';
export { type Audit, type Audits, type JobWhereabouts, type Whereabouts } from './resources/audits.js';
export { type Batch, type Batches, type SteeredBatch } from './resources/batches.js';
export {
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetterGroup,
  type DeadLetters,
  type DeadLetterSelection,
  type DeadLetterWithAttempts,
  type Purged,
  type RedrivePace,
  type Redriven,
} from './resources/dead-letters.js';
export { type Explanation, type ExplanationReason } from './resources/explanation.js';
export { type AcceptedEvent, type DomainEvent, type Events } from './resources/events.js';
export {
  type Content,
  type DownloadOptions,
  type Files,
  type StoredFile,
  type UploadOptions,
} from './resources/files.js';
export { type Flow, type FlowBatchNode, type FlowNode } from './resources/flow.js';
export {
  type JobFilter,
  type Jobs,
  type JobTrace,
  type JobWithOptions,
  type WaitingJobChange,
} from './resources/jobs.js';
export { type SteeredJobs, type Steering, type SteeringPreview, type SteeringTerms } from './resources/many-jobs.js';
export { type NoJobReason } from './resources/no-job-reason.js';
export { type Queue, type QueueChange, type QueueDependency, type Queues } from './resources/queues.js';
export { type Redrive, type Redrives } from './resources/redrives.js';
export {
  type Schedule,
  type ScheduleChange,
  type ScheduleRequest,
  type SchedulePreview,
  type ScheduleRun,
  type Schedules,
  type Timing,
} from './resources/schedules.js';
export { type TenantLimits, type Tenants } from './resources/tenants.js';
export { type Task, type Tasks } from './resources/tasks.js';
export {
  type EventFilter,
  type RehearsedFiring,
  type Rehearsal,
  type Trigger,
  type TriggerChange,
  type TriggerRequest,
  type TriggerRun,
  type Triggers,
} from './resources/triggers.js';
export {
  type NewWebhookEndpoint,
  type WebhookAnswer,
  type WebhookAttempt,
  type WebhookDelivery,
  type WebhookEndpoint,
  type WebhookEndpointChange,
  type WebhookEndpointRequest,
  type WebhookEndpoints,
  type WebhookReplay,
} from './resources/webhook-endpoints.js';
export { type WebhookSecret } from './resources/webhook-secret.js';
export { type AcceptedBatch, type AcceptedJob, type BatchOptions, type Worker } from './resources/worker.js';
export { type WorkerProcess, type Workers } from './resources/workers.js';
export { type PayloadOf, type TaskName, type TaskPayloads } from './task-payloads.js';
export { JobCancelledError, JobFailedError } from './watch/job-result.js';
export {
  type JobState,
  type JobUpdate,
  type LogLine,
  type LogUpdate,
  type ProgressUpdate,
  type StatusUpdate,
} from './watch/job-update.js';
export { WaitTimeoutError } from './watch/patience.js';
export { type WaitOptions, type WatchOptions } from './watch/watch-job.js';
export {
  type Attempt,
  type AttemptOutcome,
  type Duration,
  type FileReference,
  type Job,
  type JobError,
  type JobStatus,
  type LogLevel,
  type Progress,
  type Scope,
} from '#libs/contracts';

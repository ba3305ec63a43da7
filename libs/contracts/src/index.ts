export {
  isAnnouncement,
  type Announcement,
  type QueueAddress,
  type TaskAnnouncement,
  type TaskDefaults,
} from './announcement.js';
export { isControlEntry, type ControlEntry, type VoidedRun } from './control.js';
export { DURATION_FORM, durationMs, parseDuration, type Duration } from './duration.js';
export { isFileReference, type FileReference } from './file-reference.js';
export {
  isHeartbeat,
  isHeartbeatName,
  type DependencyState,
  type Heartbeat,
  type HeldMemory,
  type HeldRun,
  type ShownDependency,
} from './heartbeat.js';
export {
  isFinal,
  JOB_STATUSES,
  MAX_PRIORITY,
  PRIORITIES,
  type Attempt,
  type AttemptOutcome,
  type Job,
  type JobError,
  type JobStatus,
  type Progress,
} from './job.js';
export { isToldChanges, type JobChange, type ToldChanges } from './job-change.js';
export { LIMITS, TIMES } from './limits.js';
export { LONGEST_MAILBOX, MAILBOX_PATTERN } from './mailbox.js';
export {
  domainOf,
  EVENT_TYPE_FORM,
  isBareName,
  isEventType,
  isTaskName,
  isTenantName,
  TASK_NAME_FORM,
} from './names.js';
export { type Failure, type Outcome } from './outcome.js';
export { encodeProbe, isProbed, PROBE_KEY, probeIn, type Probe, type Probed } from './probe.js';
export {
  isRunReport,
  isTellingReport,
  LOG_LEVELS,
  type Ended,
  type LogLevel,
  type LogReport,
  type ProgressReport,
  type Report,
  type Returned,
  type ReturnReason,
  type RunReport,
  type Started,
  type TellingReport,
} from './report.js';
export {
  DEFAULT_BACKOFF,
  DEFAULT_MAX_ATTEMPTS,
  exponential,
  fixed,
  retryDelayMs,
  type Backoff,
} from './retry-policy.js';
export { SCOPES, type Scope } from './scopes.js';
export { isRecord, type Check } from './shape.js';
export { encodeSpawn, optionsIn, spawnerIn, type SpawnedJob } from './spawn.js';
export { clippedText, isStorableText, REFUSED_NAMES, storableJson, utf8Length } from './text.js';
export {
  checkVersion,
  decoded,
  decodeJson,
  undecodable,
  VERSION_HEADER,
  WIRE_VERSION,
  type Decoded,
  type MessageProperties,
} from './wire.js';
export { decodeWorkOrder, encodeWorkOrder, type WorkOrder } from './work-order.js';

export { exponential, fixed } from '#libs/contracts';
export { AppProcess } from './app-process.js';
export { type AppPeers } from './app-peers.js';
export { PermanentError, RetryAfter, Standstill, TemporaryError } from './errors.js';
export { Describe, FieldSchema, Secret, ShortForm } from './field-notes.js';
export { FileInput, IsFileKey } from './file-input.js';
export { type JobContext, type JobFiles, type JobLog, type JobToSpawn } from './job-context.js';
export { runConsumerApp, type ConsumerAppOptions } from './run-consumer-app.js';
export {
  type StartOptions,
  Task,
  TaskController,
  type TaskDefaultOptions,
  type TaskOptions,
} from './task-decorators.js';
export { Turns } from './turns.js';

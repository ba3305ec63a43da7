export { type GivenFile, type RunHooks } from './files-in-memory.js';
export { type JobInMemory, jobInMemory, type JobOptions, type LoggedLine, type ToldProgress } from './job-in-memory.js';

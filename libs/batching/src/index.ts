export { Batcher, BatcherFullError, type BatchLimits } from './batcher.js';

export { Batcher, BatcherFullError, type BatchLimits } from './batcher.js';
export { corkEachTurn } from './cork-each-turn.js';

export { type Answer, type Call, type CallLimits } from './call.js';
export { EgressClient, type EgressOptions } from './egress-client.js';
export { AnswerTooLarge, CallFailed, type CallTrouble, EgressRefused } from './errors.js';
export { retryAfterMs } from './retry-after.js';

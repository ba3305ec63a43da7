export { type Answer, type Call, type CallLimits, type WholeAnswer } from './call.js';
export { Dependencies, type DependenciesOptions, type Entry, Parked, type Peers } from './dependencies/dependencies.js';
export { type Verdict } from './dependencies/breaker.js';
export { type BreakerTerms, DEPENDENCY_TERMS, type DependencyTerms } from './dependencies/terms.js';
export { EgressClient, type EgressOptions } from './egress-client.js';
export { AnswerTooLarge, CallFailed, type CallTrouble, EgressRefused } from './errors.js';
export { retryAfterMs } from './retry-after.js';
export { openedPairs } from './opened-pairs.js';
export { type Resolve } from './guarded-connector.js';

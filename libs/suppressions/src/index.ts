export { Suppressions, type Suppression, type SuppressionReason } from './suppressions.js';
export { UnsubscribeLinks, type Recipient } from './unsubscribe-links.js';

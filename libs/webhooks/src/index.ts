export { signatureHeaders, type SignedMessage } from './signature.js';
export { WebhookSecrets } from './webhook-secrets.js';

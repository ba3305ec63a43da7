export { errorOfReceipt, type Receipt, receiptIn } from './receipt.js';
export { signatureHeaders, type SignedMessage } from './signature.js';
export { type SecretOwner, WebhookSecrets } from './webhook-secrets.js';

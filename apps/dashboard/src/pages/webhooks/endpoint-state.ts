import { type WebhookEndpoint } from '#libs/sdk';

/** Whether an endpoint is told of ends, and why not. */
export function endpointState({ enabled, disabled }: WebhookEndpoint): string {
  if (enabled) return 'enabled';
  if (disabled?.reason === 'failing') return 'failed';
  return disabled?.reason === 'receiver_gone' ? 'gone' : 'paused';
}

import { type GatewayConfig } from '#libs/config';
import { startTracing, type Telemetry } from '#libs/observability';
import { ensureAdminKey } from './api-keys/admin-key.js';
import { openGateway } from './gateway.js';
import { startHttp } from './http/start-http.js';

/**
 * Runs the gateway until SIGTERM or SIGINT. It then answers what is in hand, commits what was accepted, and exits with 0;
 * a second signal ends it at once with 1. The process that started it is told when it is ready.
 * @throws Error with one sentence when it cannot start
 */
export async function runGateway(config: GatewayConfig, telemetry: Telemetry): Promise<void> {
  const tracing = await startTracing({ service: 'gateway', endpoint: config.otlpEndpoint });
  const gateway = await openGateway(config, telemetry);
  const { parts } = gateway;
  const made = await ensureAdminKey(parts.apiKeys, config.adminApiKey);
  const edge = await startHttp(parts);
  gateway.start(edge);
  endOnSignal(telemetry, async () => {
    await edge.close();
    await gateway.stop();
    await tracing.stop();
  });
  // Not a log line: it must be seen whatever the log level, and kept nowhere.
  if (made !== null) process.stderr.write(`The first admin key, shown this once: ${made}\n`);
  telemetry.emit('app.ready', { url: edge.url });
  process.send?.({ type: 'ready', url: edge.url });
}

function endOnSignal(telemetry: Telemetry, end: () => Promise<void>): void {
  let ending = false;
  const begin = (): void => {
    if (ending) process.exit(1);
    ending = true;
    void finish(telemetry, end);
  };
  process.on('SIGTERM', begin).on('SIGINT', begin);
}

async function finish(telemetry: Telemetry, end: () => Promise<void>): Promise<void> {
  try {
    await end();
    telemetry.emit('app.stopped', {});
    process.exit(0);
  } catch (error) {
    telemetry.logger.error({ err: error }, 'The gateway did not end cleanly');
    process.exit(1);
  }
}

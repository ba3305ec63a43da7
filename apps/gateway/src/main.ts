import { ConfigError, loadGatewayConfig } from '#libs/config';
import { createTelemetry } from '#libs/observability';
import { runGateway } from './run-gateway.js';

try {
  const config = loadGatewayConfig();
  await runGateway(config, createTelemetry({ service: 'gateway', level: config.logLevel }));
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : startFailure(error)}\n`);
  process.exit(1);
}

function startFailure(error: unknown): string {
  return `The gateway did not start: ${error instanceof Error ? error.message : String(error)}`;
}

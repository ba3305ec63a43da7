import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type ConsumerConfig } from '#libs/config';
import { HealthModule, type HealthOptions, NestLogger, type Telemetry } from '#libs/observability';

/** Where an app shows how it is. */
export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Opens `/health/live`, `/health/ready` and `/metrics`: in production for everybody, else for this machine alone. */
export async function openHealthServer(
  config: ConsumerConfig,
  telemetry: Telemetry,
  shown: Pick<HealthOptions, 'checks' | 'features'>,
): Promise<HealthServer> {
  const health = HealthModule.register({ ...shown, telemetry, metricsToken: config.metricsToken });
  const app = await NestFactory.create<NestFastifyApplication>(health, new FastifyAdapter(), {
    logger: new NestLogger(telemetry),
    abortOnError: false,
  });
  await app.listen(config.healthPort, config.nodeEnv === 'production' ? '0.0.0.0' : '127.0.0.1');
  const { port } = new URL(await app.getUrl());
  const url = `http://127.0.0.1:${port}`;
  // Said at once: an app that waits for its broker is not ready, and its health tells why.
  telemetry.emit('health.listening', { url });
  return { url, close: () => app.close() };
}

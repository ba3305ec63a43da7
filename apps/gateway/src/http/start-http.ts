import { type AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestLogger } from '#libs/observability';
import { AppModule } from '../app.module.js';
import { JobIntake } from '../jobs/job-intake.js';
import { Admission } from '../limits/admission.js';
import { ApiDocument } from '../openapi/api-document.js';
import { LiveOrigins } from '../live/live-origins.js';
import { LiveSockets } from '../live/sockets/live-sockets.js';
import { type GatewayParts } from '../parts.module.js';
import { createHttpAdapter } from './http-adapter.js';
import { Routes } from './routes.js';
import { UnusedConnections } from './unused-connections.js';

const SWEEP_MS = 100;
const MAX_CLOSING_MS = 15_000;

/** The HTTP edge while it runs. */
export interface HttpEdge {
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly url: string;
  /** The check of jobs on their way in, which other ways in share. */
  readonly intake: JobIntake;
  /** The limits of open jobs, which other ways in share. */
  readonly admission: Admission;
  /** What it answers. */
  readonly routes: Routes;
  /** Takes no more requests, and settles when those in hand are answered; after 15 s they are cut off. */
  close(): Promise<void>;
}

/**
 * Starts the HTTP edge.
 * @throws Error when a route does not say who may call it, or the port cannot be had
 */
export async function startHttp(parts: GatewayParts): Promise<HttpEdge> {
  const { config, telemetry } = parts;
  const routes = new Routes();
  const origins = new LiveOrigins(config.live.origins, config.publicUrl);
  const adapter = await createHttpAdapter(routes, origins);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(parts, routes), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLogger(telemetry),
  });
  app.get(ApiDocument, { strict: false }).write(app, config.publicUrl);
  app.get(LiveSockets, { strict: false }).attach(app.getHttpServer(), origins);
  const unused = new UnusedConnections(app.getHttpServer());
  const host = config.nodeEnv === 'production' ? '0.0.0.0' : '127.0.0.1';
  await app.listen(config.port, host).catch(async (error: unknown) => {
    await app.close();
    throw listenError(error, config.port, host);
  });
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    intake: app.get(JobIntake, { strict: false }),
    admission: app.get(Admission, { strict: false }),
    routes,
    close: () => close(app, unused),
  };
}

/** A connection that becomes idle while the server closes is nobody's to close but ours. */
async function close(app: NestFastifyApplication, unused: UnusedConnections): Promise<void> {
  const server = app.getHttpServer();
  const sweep = setInterval(() => {
    server.closeIdleConnections();
    unused.close();
  }, SWEEP_MS);
  const limit = setTimeout(() => {
    server.closeAllConnections();
  }, MAX_CLOSING_MS);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
    clearTimeout(limit);
  }
}

function listenError(error: unknown, port: number, host: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new Error(`Port ${port} of ${host} is in use. Set PORT to a free one, or end what uses it.`, {
      cause: error,
    });
  }
  if (code === 'EACCES') return new Error(`Port ${port} may not be used by this user. Set PORT to one above 1023.`);
  return error;
}

import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TopologyError } from '#libs/broker';
import { ConfigError, loadConsumerConfig } from '#libs/config';
import {
  createTelemetry,
  type HealthCheckSpec,
  NestLogger,
  startTracing,
  type Telemetry,
  upOrWhyNot,
} from '#libs/observability';
import { openStorage, type Storage } from '#libs/storage';
import { AppProcess } from './app-process.js';
import { BrokerWorkplace } from './broker-workplace.js';
import { WiringError } from './errors.js';
import { openHealthServer } from './health-server.js';
import { JobServer } from './job-server.js';
import { appVersion, workerId } from './worker-id.js';

/** What `main.ts` of a consumer app says. */
export interface ConsumerAppOptions {
  /** The domain whose queue the app works on. */
  readonly domain: string;
  /** Jobs at once in this process, unless `CONCURRENCY` says otherwise; a function where it depends on the app's settings. */
  readonly concurrency: number | (() => number);
}

/**
 * Runs a consumer app until SIGTERM or SIGINT: it announces its tasks, takes jobs, and shows its health. It then finishes
 * what is in hand and exits with 0, and hands back what has not ended after 30 s; a second signal ends it at once with 1.
 * After SIGUSR2 it takes no more jobs either, and ends when those in hand have ended, however long that takes. An app that is not written or set up as it
 * must be ends with one message and 1.
 */
export async function runConsumerApp(module: Type, options: ConsumerAppOptions): Promise<void> {
  try {
    await start(module, options);
  } catch (error) {
    const isSetUpWrong = error instanceof WiringError || error instanceof ConfigError || error instanceof TopologyError;
    if (!isSetUpWrong) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

async function start(module: Type, { domain, concurrency }: ConsumerAppOptions): Promise<void> {
  const config = loadConsumerConfig();
  const telemetry = createTelemetry({ service: domain, level: config.logLevel });
  const tracing = await startTracing({ service: domain, endpoint: config.otlpEndpoint });
  const storage = await openStorage(config.storageUrl);
  const workplace = new BrokerWorkplace({
    ...{ domain, storage, telemetry },
    worker: workerId(domain),
    appVersion: appVersion(),
    concurrency: config.concurrency ?? (typeof concurrency === 'number' ? concurrency : concurrency()),
    broker: config.broker,
  });
  const server = new JobServer({ domain, ackTimeoutMs: config.broker.ackTimeoutMs }, workplace);
  const app = await NestFactory.createMicroservice(within(workplace.process, module), {
    strategy: server,
    logger: new NestLogger(telemetry),
    abortOnError: false,
  });
  const health = await openHealthServer(config, telemetry, {
    checks: checksOf(workplace, storage),
    features: () => workplace.features,
  });
  const ending = endOnSignal(telemetry, {
    retire: () => server.retire(),
    end: async () => {
      await app.close();
      await health.close();
      await storage.close();
      await tracing.stop();
    },
  });
  await app.listen().catch((error: unknown) => {
    if (!ending.aborted) throw error;
  });
  if (ending.aborted) return;
  telemetry.emit('app.ready', { url: health.url, tasks: server.taskNames });
  process.send?.({ type: 'ready', healthUrl: health.url });
}

/** What a module is put into when it is run. */
@Module({})
class ConsumerApp {}

/** The app's module, which gets the process that it runs in by injection. */
function within(process: AppProcess, module: Type): DynamicModule {
  return {
    ...{ module: ConsumerApp, imports: [module], global: true },
    ...{ providers: [{ provide: AppProcess, useValue: process }], exports: [AppProcess] },
  };
}

function checksOf(workplace: BrokerWorkplace, storage: Storage): HealthCheckSpec[] {
  const unless = async (down: string | undefined): ReturnType<HealthCheckSpec['check']> =>
    down === undefined ? 'up' : { down };
  return [
    { name: 'broker', check: () => unless(workplace.obstacle), gating: true },
    { name: 'work', check: () => unless(workplace.standstill), gating: true },
    { name: 'storage', check: () => upOrWhyNot(storage.check()), gating: true },
  ];
}

interface Endings {
  /** Settles when the app has nothing to do any more. */
  readonly retire: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Ends the process by the first signal; what it gives is aborted from then on. */
function endOnSignal(telemetry: Telemetry, { retire, end }: Endings): AbortSignal {
  const ending = new AbortController();
  const begin = (): void => {
    if (ending.signal.aborted) return;
    ending.abort();
    end().then(
      () => {
        telemetry.emit('app.stopped', {});
        process.exit(0);
      },
      (error: unknown) => {
        telemetry.logger.error({ error }, 'The app did not end as it should');
        process.exit(1);
      },
    );
  };
  const onSignal = (): void => {
    if (ending.signal.aborted) process.exit(1);
    begin();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  let retiring: Promise<void> | undefined;
  // The listener stays: without one, a second signal would end the process and the job in hand.
  process.on('SIGUSR2', () => {
    retiring ??= retire()
      .catch((error: unknown) => {
        telemetry.logger.error({ error }, 'The app could not retire, so it drains');
      })
      .then(begin);
  });
  return ending.signal;
}

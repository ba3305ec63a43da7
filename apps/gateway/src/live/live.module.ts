import { Inject, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { registerGauge, type Telemetry } from '#libs/observability';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { WatchAuthenticator } from '../api-keys/watch-authenticator.js';
import { JobView } from '../jobs/job-view.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { ApiKeyStore } from '../ledger/api-key.store.js';
import { JobStore } from '../ledger/job-store.js';
import { QueueStore } from '../ledger/queue-store.js';
import { TellingStore } from '../ledger/telling-store.js';
import { GATEWAY_CONFIG, TELEMETRY } from '../tokens.js';
import { JobStreamController } from './job-stream.controller.js';
import { JobWatches } from './job-watches.js';
import { Listeners, TRANSPORTS } from './listeners.js';
import { LiveJobs } from './live-jobs.js';
import { LiveSockets } from './sockets/live-sockets.js';
import { WatchTokenController } from './watch-token.controller.js';

type SocketsInjected = [WatchAuthenticator, Listeners, LiveJobs, QueueStore, JobView, Telemetry];

@Module({
  imports: [ApiKeysModule, JobsModule],
  controllers: [JobStreamController, WatchTokenController],
  providers: [
    {
      provide: LiveJobs,
      useFactory: (watches: JobWatches, jobs: JobStore, telling: TellingStore) => new LiveJobs(watches, jobs, telling),
      inject: [JobWatches, JobStore, TellingStore],
    },
    {
      provide: Listeners,
      useFactory: (keys: ApiKeyStore, { live }: GatewayConfig, telemetry: Telemetry) =>
        new Listeners({ keys, maxPerKey: live.maxPerKey, telemetry }),
      inject: [ApiKeyStore, GATEWAY_CONFIG, TELEMETRY],
    },
    {
      provide: LiveSockets,
      useFactory: (...[authenticator, listeners, live, queues, view, telemetry]: SocketsInjected) =>
        new LiveSockets({ authenticator, listeners, live, queues, view, telemetry }),
      inject: [WatchAuthenticator, Listeners, LiveJobs, QueueStore, JobView, TELEMETRY],
    },
  ],
})
export class LiveModule implements OnModuleInit, OnModuleDestroy {
  constructor(
    private readonly watches: JobWatches,
    private readonly listeners: Listeners,
    private readonly sockets: LiveSockets,
    @Inject(TELEMETRY) private readonly telemetry: Telemetry,
  ) {}

  onModuleInit(): void {
    this.listeners.start();
    registerGauge(this.telemetry, {
      name: 'leveret_live_listeners',
      help: 'Connections that are open to hear of jobs.',
      labels: ['transport'],
      collect: () =>
        Promise.resolve(
          TRANSPORTS.map((transport) => ({ labels: { transport }, value: this.listeners.count(transport) })),
        ),
    });
  }

  /** Before the server closes, which waits for every open answer. */
  onModuleDestroy(): void {
    this.listeners.stop();
    this.sockets.close();
    this.watches.end();
  }
}

import { Logger, Module } from '@nestjs/common';
import { loadConsumerConfig, loadIntegrationsConfig } from '#libs/config';
import { AppProcess } from '#libs/consumer';
import { Catalog, loadCatalog } from '#libs/datasets';
import { Dependencies, EgressClient, openedPairs } from '#libs/egress';
import { ConnectionCalls } from './connections/connection-calls.js';
import { Connections } from './connections/connections.js';
import { openConnections } from './connections/load-connections.js';
import { OAuthTokens } from './connections/oauth-tokens.js';
import { Outgoing } from './outgoing/outgoing.js';
import { WebhookKeys } from './outgoing/webhook-keys.js';
import { CallApiHandler } from './tasks/call-api/call-api.handler.js';
import { FetchFileHandler } from './tasks/fetch-file/fetch-file.handler.js';
import { DeliverWebhookHandler } from './tasks/deliver-webhook/deliver-webhook.handler.js';
import { SyncHandler } from './tasks/sync/sync.handler.js';

/** Who calls, unless a job or a connection says otherwise. */
const USER_AGENT = 'Leveret/1 (integrations)';

/** What the calls of this process depend on, together with the other processes of the app. */
function dependenciesOf(process: AppProcess, connections: Connections): Dependencies {
  const { slots, peers } = process;
  const dependencies = new Dependencies({ slots, peers, termsOf: (name) => connections.termsOf(name) });
  process.showDependencies(() => dependencies.view());
  return dependencies;
}

function egressClient(): EgressClient {
  const { egressAllow: allow } = loadIntegrationsConfig();
  const opened = openedPairs(allow);
  if (opened !== undefined) new Logger(EgressClient.name).log(opened);
  return new EgressClient({ allow, userAgent: USER_AGENT });
}

/** The consumer app of the domain `integrations`. */
@Module({
  controllers: [CallApiHandler, DeliverWebhookHandler, FetchFileHandler, SyncHandler],
  providers: [
    { provide: Connections, useFactory: openConnections },
    { provide: Dependencies, useFactory: dependenciesOf, inject: [AppProcess, Connections] },
    {
      provide: Outgoing,
      useFactory: (dependencies: Dependencies) => new Outgoing(egressClient(), dependencies),
      inject: [Dependencies],
    },
    { provide: Catalog, useFactory: () => loadCatalog(loadIntegrationsConfig().catalog) },
    {
      provide: WebhookKeys,
      useFactory: () => WebhookKeys.open(loadIntegrationsConfig().webhookSecret, loadConsumerConfig().storageUrl),
    },
    { provide: OAuthTokens, useFactory: (outgoing: Outgoing) => new OAuthTokens(outgoing), inject: [Outgoing] },
    {
      provide: ConnectionCalls,
      useFactory: (outgoing: Outgoing, tokens: OAuthTokens) => new ConnectionCalls(outgoing, tokens),
      inject: [Outgoing, OAuthTokens],
    },
  ],
})
export class IntegrationsModule {}

import { Module } from '@nestjs/common';
import { loadConsumerConfig, loadIntegrationsConfig } from '#libs/config';
import { ConnectionCalls } from './connections/connection-calls.js';
import { Connections } from './connections/connections.js';
import { openConnections } from './connections/load-connections.js';
import { OAuthTokens } from './connections/oauth-tokens.js';
import { Outgoing } from './outgoing/outgoing.js';
import { WebhookKeys } from './outgoing/webhook-keys.js';
import { CallApiHandler } from './tasks/call-api/call-api.handler.js';
import { FetchFileHandler } from './tasks/fetch-file/fetch-file.handler.js';
import { DeliverWebhookHandler } from './tasks/deliver-webhook/deliver-webhook.handler.js';

/** The consumer app of the domain `integrations`. */
@Module({
  controllers: [CallApiHandler, DeliverWebhookHandler, FetchFileHandler],
  providers: [
    { provide: Connections, useFactory: openConnections },
    { provide: Outgoing, useFactory: () => new Outgoing(loadIntegrationsConfig().egressAllow) },
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

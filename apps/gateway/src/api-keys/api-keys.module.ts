import { Module } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { ApiKeyStore } from '../ledger/api-key.store.js';
import { ApiKeysController } from './api-keys.controller.js';
import { GATEWAY_CONFIG } from '../tokens.js';
import { Authenticator } from './authenticator.js';
import { WatchAuthenticator } from './watch-authenticator.js';
import { WatchTokens } from './watch-token.js';

@Module({
  controllers: [ApiKeysController],
  providers: [
    { provide: Authenticator, useFactory: (keys: ApiKeyStore) => new Authenticator(keys), inject: [ApiKeyStore] },
    {
      provide: WatchTokens,
      useFactory: ({ linkSecret }: GatewayConfig) => new WatchTokens(linkSecret),
      inject: [GATEWAY_CONFIG],
    },
    {
      provide: WatchAuthenticator,
      useFactory: (authenticator: Authenticator, tokens: WatchTokens, keys: ApiKeyStore) =>
        new WatchAuthenticator(authenticator, tokens, keys),
      inject: [Authenticator, WatchTokens, ApiKeyStore],
    },
  ],
  exports: [Authenticator, WatchTokens, WatchAuthenticator],
})
export class ApiKeysModule {}

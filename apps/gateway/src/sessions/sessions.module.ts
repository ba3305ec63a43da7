import { Module } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { Authenticator } from '../api-keys/authenticator.js';
import { ActionStore } from '../ledger/action-store.js';
import { ApiKeyStore } from '../ledger/api-key.store.js';
import { SessionStore } from '../ledger/session-store.js';
import { Admission } from '../limits/admission.js';
import { GATEWAY_CONFIG } from '../tokens.js';
import { RequestAuthenticator } from './request-authenticator.js';
import { Sessions } from './sessions.js';
import { SessionsController } from './sessions.controller.js';

type Injected = [Authenticator, Admission, ApiKeyStore, SessionStore, ActionStore, GatewayConfig];

@Module({
  imports: [ApiKeysModule],
  controllers: [SessionsController],
  providers: [
    RequestAuthenticator,
    {
      provide: Sessions,
      useFactory: (...[authenticator, admission, keys, store, actions, { publicUrl }]: Injected) =>
        new Sessions({ authenticator, admission, keys, store, actions, publicUrl }),
      inject: [Authenticator, Admission, ApiKeyStore, SessionStore, ActionStore, GATEWAY_CONFIG],
    },
  ],
  exports: [RequestAuthenticator, Sessions],
})
export class SessionsModule {}

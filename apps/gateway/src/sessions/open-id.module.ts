import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { type Telemetry } from '#libs/observability';
import { ApiKeyStore } from '../ledger/api-key.store.js';
import { GATEWAY_CONFIG, OPEN_ID, TELEMETRY } from '../tokens.js';
import { OpenIdController } from './open-id.controller.js';
import { OpenIdPeople } from './open-id-people.js';
import { OpenIdProvider } from './open-id-provider.js';
import { OpenIdSignIn } from './open-id-sign-in.js';
import { Sessions } from './sessions.js';
import { SessionsModule } from './sessions.module.js';

const CALLBACK = '/v1/session/openid/callback';

type Injected = [Sessions, ApiKeyStore, Telemetry, GatewayConfig];

/** Signing in at an OpenID Connect provider, where the settings name one. */
@Module({
  imports: [SessionsModule],
  controllers: [OpenIdController],
  providers: [
    {
      provide: OPEN_ID,
      useFactory: (...[sessions, keys, telemetry, { openId, publicUrl }]: Injected) => {
        if (openId === null) return null;
        const provider = new OpenIdProvider(openId, `${publicUrl}${CALLBACK}`);
        return new OpenIdSignIn({ provider, people: new OpenIdPeople(keys, openId), sessions, telemetry, publicUrl });
      },
      inject: [Sessions, ApiKeyStore, TELEMETRY, GATEWAY_CONFIG],
    },
  ],
})
export class OpenIdModule implements OnApplicationBootstrap {
  constructor(@Inject(OPEN_ID) private readonly signIn: OpenIdSignIn | null) {}

  /** A provider that does not answer is told of at once, and keeps nothing else from starting. */
  onApplicationBootstrap(): void {
    void this.signIn?.look();
  }
}

import { Module } from '@nestjs/common';
import { ApiKeyStore } from '../ledger/api-key.store.js';
import { ApiKeysController } from './api-keys.controller.js';
import { Authenticator } from './authenticator.js';

@Module({
  controllers: [ApiKeysController],
  providers: [
    { provide: Authenticator, useFactory: (keys: ApiKeyStore) => new Authenticator(keys), inject: [ApiKeyStore] },
  ],
  exports: [Authenticator],
})
export class ApiKeysModule {}

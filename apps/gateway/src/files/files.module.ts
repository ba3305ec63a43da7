import { Module } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { LinkSigner, type Storage } from '#libs/storage';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { Authenticator } from '../api-keys/authenticator.js';
import { UploadStore } from '../ledger/upload-store.js';
import { GATEWAY_CONFIG, STORAGE } from '../tokens.js';
import { FileAccess } from './file-access.js';
import { FileLinks } from './file-links.js';
import { FilesController } from './files.controller.js';
import { Uploads } from './uploads.js';

@Module({
  imports: [ApiKeysModule],
  controllers: [FilesController],
  providers: [
    {
      provide: LinkSigner,
      useFactory: ({ linkSecret }: GatewayConfig) => new LinkSigner(linkSecret),
      inject: [GATEWAY_CONFIG],
    },
    {
      provide: Uploads,
      useFactory: (storage: Storage, { maxUploadBytes: maxBytes }: GatewayConfig, uploads: UploadStore) =>
        new Uploads({ storage, maxBytes, uploads }),
      inject: [STORAGE, GATEWAY_CONFIG, UploadStore],
    },
    {
      provide: FileLinks,
      useFactory: (signer: LinkSigner, { publicUrl }: GatewayConfig) => new FileLinks(signer, publicUrl),
      inject: [LinkSigner, GATEWAY_CONFIG],
    },
    {
      provide: FileAccess,
      useFactory: (storage: Storage, signer: LinkSigner, keys: Authenticator) => new FileAccess(storage, signer, keys),
      inject: [STORAGE, LinkSigner, Authenticator],
    },
  ],
  exports: [FileLinks],
})
export class FilesModule {}

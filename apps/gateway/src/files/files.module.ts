import { Module } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { LinkSigner, type Storage } from '#libs/storage';
import { UploadStore } from '../ledger/upload-store.js';
import { RequestAuthenticator } from '../sessions/request-authenticator.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { GATEWAY_CONFIG, STORAGE } from '../tokens.js';
import { FileAccess } from './file-access.js';
import { FileLinks } from './file-links.js';
import { FilesController } from './files.controller.js';
import { Uploads } from './uploads.js';

@Module({
  imports: [SessionsModule],
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
      useFactory: (storage: Storage, signer: LinkSigner, callers: RequestAuthenticator) =>
        new FileAccess(storage, signer, callers),
      inject: [STORAGE, LinkSigner, RequestAuthenticator],
    },
  ],
  exports: [FileLinks],
})
export class FilesModule {}

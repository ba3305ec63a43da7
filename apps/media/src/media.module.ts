import { tmpdir } from 'node:os';
import { Module } from '@nestjs/common';
import { ImagePool } from './image-pool/image-pool.js';
import { ProcessImageHandler } from './tasks/process-image/process-image.handler.js';
import { Workspaces } from './workspace/workspaces.js';

/** The consumer app of the domain `media`. */
@Module({
  controllers: [ProcessImageHandler],
  providers: [
    { provide: ImagePool, useFactory: () => new ImagePool() },
    { provide: Workspaces, useFactory: () => new Workspaces(tmpdir()) },
  ],
})
export class MediaModule {}

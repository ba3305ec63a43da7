import { tmpdir } from 'node:os';
import { Logger, Module } from '@nestjs/common';
import { loadMediaConfig } from '#libs/config';
import { openedPairs } from '#libs/egress';
import { ImagePool } from './image-pool/image-pool.js';
import { Moderator } from './moderation/moderator.js';
import { WebFiles } from './sources/web-files.js';
import { AnalyzeImageHandler } from './tasks/analyze-image/analyze-image.handler.js';
import { ProcessImageHandler } from './tasks/process-image/process-image.handler.js';
import { ProcessVideoHandler } from './tasks/process-video/process-video.handler.js';
import { VideoSettings } from './tasks/process-video/video-settings.js';
import { Workspaces } from './workspace/workspaces.js';

function webFiles(): WebFiles {
  const { egressAllow } = loadMediaConfig();
  const opened = openedPairs(egressAllow);
  if (opened !== undefined) new Logger(WebFiles.name).log(opened);
  return new WebFiles(egressAllow);
}

/** The consumer app of the domain `media`. */
@Module({
  controllers: [AnalyzeImageHandler, ProcessImageHandler, ProcessVideoHandler],
  providers: [
    { provide: ImagePool, useFactory: () => new ImagePool() },
    { provide: Moderator, useFactory: () => new Moderator() },
    { provide: WebFiles, useFactory: webFiles },
    { provide: VideoSettings, useFactory: () => new VideoSettings(loadMediaConfig().watermarkText) },
    { provide: Workspaces, useFactory: () => new Workspaces(tmpdir()) },
  ],
})
export class MediaModule {}

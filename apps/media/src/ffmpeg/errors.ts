import { MAX_FRAME_PIXELS } from './input-options.js';

/** What can be wrong with a video, or with what is asked of it. Trying again would not help. */
export type VideoProblemCode = 'unsupported_video' | 'corrupt_video' | 'video_too_large' | 'video_too_long';

/** The video, or what is asked of it, is at fault. */
export class VideoProblem extends Error {
  constructor(
    readonly code: VideoProblemCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'VideoProblem';
  }
}

/** @param size of a frame, as `8192 x 8192` */
export function tooManyPixels(size: string): VideoProblem {
  const most = String(MAX_FRAME_PIXELS / 1_000_000);
  return new VideoProblem(
    'video_too_large',
    `The video has ${size} pixels; at most ${most} megapixels can be processed`,
  );
}

/** ffmpeg is not installed where the app runs. */
export class FfmpegMissing extends Error {
  constructor(program: string) {
    super(
      `${program} is not installed on the machine that the media app runs on. Install it: ` +
        'sudo apt-get install --no-install-recommends ffmpeg (macOS: brew install ffmpeg)',
    );
    this.name = 'FfmpegMissing';
  }
}

/** What is installed as ffmpeg does not do what is asked of it, whatever the video. */
export class FfmpegUnfit extends Error {
  constructor(why: string) {
    super(
      'The ffmpeg of the machine that the media app runs on cannot be used, which is not the fault of the video; ' +
        `install a complete one of version 5 or newer: ${why}`,
    );
    this.name = 'FfmpegUnfit';
  }
}

/** ffmpeg was killed, or failed for a reason that is not the video's. */
export class FfmpegCrash extends Error {
  constructor(how: string) {
    super(`The process that worked on the video ended with ${how}`);
    this.name = 'FfmpegCrash';
  }
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Place, runFfmpeg } from '../../ffmpeg/ffmpeg.js';
import { inputOptions } from '../../ffmpeg/input-options.js';

/** The first frames are often black. */
const FAR_ENOUGH_SECONDS = 1;
const SHARE_OF_SHORT_ONES = 0.25;

/**
 * Writes a frame of the beginning of a finished video as a JPEG.
 * @param video an MP4 of our own in the folder of the run, which lasts so many seconds
 * @throws as `runFfmpeg`
 */
export async function drawPoster(
  { video, duration, target }: { readonly video: string; readonly duration: number; readonly target: string },
  place: Place,
): Promise<void> {
  const at = Math.min(FAR_ENOUGH_SECONDS, duration * SHARE_OF_SHORT_ONES);
  await drawFrame({ video, at, target }, place);
  const { size } = await stat(join(place.folder, target));
  // No frame begins so late where there is one alone, and the program calls that a success.
  if (size === 0) await drawFrame({ video, at: 0, target }, place);
}

async function drawFrame(
  { video, at, target }: { readonly video: string; readonly at: number; readonly target: string },
  place: Place,
): Promise<void> {
  const picture = ['-frames:v', '1', '-an', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '3', '-f', 'mjpeg'];
  await runFfmpeg(['-ss', at.toFixed(3), ...inputOptions('mov', video, 1), ...picture, `file:./${target}`], place);
}

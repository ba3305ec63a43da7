import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TemporaryError } from '#libs/consumer';
import { Screen } from '../../../../tools/console/screen.js';
import { ensureFfmpeg } from '../../../../tools/local-nodes/ffmpeg-program.js';
import { makeVideo } from '../../spec/made-videos.js';
import { asJobError } from '../job-error.js';
import { type Place, runFfmpeg, runFfprobe } from './ffmpeg.js';

let place: Place;

beforeAll(async () => {
  await ensureFfmpeg(new Screen(process.stderr));
  place = { folder: await mkdtemp(join(tmpdir(), 'ffmpeg-spec-')), signal: new AbortController().signal };
  await makeVideo(place.folder);
});

afterAll(() => rm(place.folder, { recursive: true }));

/** What follows for the job from what a program failed with. */
async function jobError(running: Promise<unknown>): Promise<unknown> {
  return running.then(
    () => undefined,
    (error: unknown) => asJobError(error),
  );
}

describe('an ffmpeg that does not know what it is asked for', () => {
  const input = ['-i', 'file:./made.mp4'];
  it.each([
    ['an encoder', [...input, '-c:v', 'libx263', '-f', 'null', '-'], "Unknown encoder 'libx263'"],
    ['an option', ['-no_such_option', '1', ...input, '-f', 'null', '-'], "Unrecognized option 'no_such_option'"],
    ['a demuxer', ['-f', 'movie', ...input, '-f', 'null', '-'], "Unknown input format: 'movie'"],
    ['a muxer', [...input, '-f', 'mp5', 'file:./out'], "Requested output format 'mp5'"],
    ['a filter', [...input, '-filter_complex', '[0:0]scales[out]', '-map', '[out]', '-f', 'null', '-'], "'scales'"],
  ])('is not the fault of the video: %s', async (_what, args, why) => {
    const error = await jobError(runFfmpeg(args, place));
    expect(error).toBeInstanceOf(TemporaryError);
    expect(error).toMatchObject({ code: 'ffmpeg_missing', message: expect.stringContaining(why) as unknown });
  });

  it('is not the fault of the video when it is ffprobe', async () => {
    const error = await jobError(runFfprobe(['-no_such_option', '1', ...input], place));
    expect(error).toBeInstanceOf(TemporaryError);
    expect(error).toMatchObject({ code: 'ffmpeg_missing' });
  });
});

import { type Screen } from '../console/screen.js';
import { type DebianPackage, ensureInstalled } from './debian-package.js';
import { findProgram } from './rabbitmq-program.js';

const PACKAGE: DebianPackage = {
  ...{ name: 'ffmpeg', title: 'ffmpeg, which jobs with videos need' },
  advice: 'have ffmpeg and ffprobe in the PATH.',
};

/**
 * Sees to it that ffmpeg and ffprobe are installed: by the distribution's package when it may be.
 * @throws Problem with the command to type when there is no way
 */
export async function ensureFfmpeg(screen: Screen): Promise<void> {
  await ensureInstalled(find, PACKAGE, screen);
}

function find(): true | undefined {
  return ['ffmpeg', 'ffprobe'].every((name) => findProgram(name) !== undefined) ? true : undefined;
}

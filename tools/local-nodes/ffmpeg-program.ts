import { Problem } from '../console/problem.js';
import { type Screen } from '../console/screen.js';
import { type DebianPackage, ensureInstalled, installCommand } from './debian-package.js';
import { findProgram } from './rabbitmq-program.js';

const PACKAGE: DebianPackage = { name: 'ffmpeg', advice: 'have ffmpeg and ffprobe in the PATH.' };

/**
 * Sees to it that ffmpeg and ffprobe are installed: by the distribution's package when it may be.
 * @throws Problem with the command to type when there is no way
 */
export async function ensureFfmpeg(screen: Screen): Promise<void> {
  const found = await ensureInstalled(find, PACKAGE, screen);
  if (found !== undefined) return;
  throw new Problem(
    'No ffmpeg: none is installed, and this user may not install packages. Jobs with videos need it: ' +
      installCommand(PACKAGE.name),
  );
}

function find(): true | undefined {
  return ['ffmpeg', 'ffprobe'].every((name) => findProgram(name) !== undefined) ? true : undefined;
}

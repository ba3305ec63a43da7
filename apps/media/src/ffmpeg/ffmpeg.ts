import { FfmpegCrash, FfmpegMissing, FfmpegUnfit, tooManyPixels, VideoProblem } from './errors.js';
import { MOST_WRITTEN, NOT_EXECUTABLE, type ProgramEnd, runGuarded } from './guarded-program.js';

const GIB = 1024 ** 3;
const MOST_OUTPUT = 1024 * 1024;
/** Lines in which ffmpeg says that a limit was met. */
const TOO_MANY_PIXELS = /Picture size ([1-9]\d*)x([1-9]\d*) (?:exceeds specified max pixel count|is invalid)/;
const TOO_LARGE_FILE = /File too large/;
const TOO_MUCH_MEMORY = /Cannot allocate memory/;
const DISK_FULL = /No space left on device/;
/** Lines in which ffmpeg says that it does not know what the app asks for: no video makes it say so. */
const UNFIT =
  /^.*(Unknown encoder|Unrecognized option|Option not found|Unknown input format|Requested output format|No such filter).*$/m;
const UNREAD_CODEC = /Codec \(([\w-]+)\) not on whitelist/;

/** Where and until when a program runs. */
export interface Place {
  /** The folder of the run; all files are named by their name in it. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Runs ffmpeg.
 * @param onLine hears each line of its standard output
 * @throws VideoProblem when the video is at fault, FfmpegMissing, FfmpegUnfit, FfmpegCrash, the signal's reason
 */
export async function runFfmpeg(
  args: readonly string[],
  place: Place,
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  const quiet = ['-hide_banner', '-nostdin', '-nostats', '-v', 'error', '-y'];
  check('ffmpeg', await runGuarded({ program: 'ffmpeg', args: [...quiet, ...args], ...place, onLine }));
}

/**
 * Runs ffprobe.
 * @returns what it wrote, which is as untrusted as the video
 * @throws as {@link runFfmpeg}
 */
export async function runFfprobe(args: readonly string[], place: Place): Promise<string> {
  let output = '';
  const onLine = (line: string): void => {
    if (output.length < MOST_OUTPUT) output += `${line}\n`;
  };
  const quiet = ['-hide_banner', '-v', 'error', '-of', 'json'];
  check('ffprobe', await runGuarded({ program: 'ffprobe', args: [...quiet, ...args], ...place, onLine }));
  return output;
}

function check(program: string, end: ProgramEnd): void {
  switch (end.kind) {
    case 'done':
      return;
    case 'missing':
      throw new FfmpegMissing(program);
    case 'killed':
      throw end.by === 'SIGXFSZ' ? tooMuchWritten() : new FfmpegCrash(end.by);
    case 'failed':
      throw failure(end);
  }
}

function failure({ code, stderr }: { readonly code: number; readonly stderr: string }): Error {
  if (DISK_FULL.test(stderr)) return new FfmpegCrash('a full disk');
  const tooLarge = limitMet(stderr);
  if (tooLarge !== undefined) return tooLarge;
  const unfit = code === NOT_EXECUTABLE ? lastLine(stderr) : UNFIT.exec(stderr)?.[0];
  if (unfit !== undefined) return new FfmpegUnfit(told(unfit));
  const codec = UNREAD_CODEC.exec(stderr)?.[1];
  if (codec !== undefined) {
    return new VideoProblem('unsupported_video', `The video has a stream of the codec ${codec}, which is not read`);
  }
  const why = told(lastLine(stderr));
  return new VideoProblem('corrupt_video', `The video is damaged, cut short, or of a kind that is not read: ${why}`);
}

function limitMet(stderr: string): VideoProblem | undefined {
  if (TOO_LARGE_FILE.test(stderr)) return tooMuchWritten();
  const [, width, height] = TOO_MANY_PIXELS.exec(stderr) ?? [];
  if (width !== undefined && height !== undefined) return tooManyPixels(`${width} x ${height}`);
  if (!TOO_MUCH_MEMORY.test(stderr)) return undefined;
  return new VideoProblem('video_too_large', 'Working on the video takes more memory than is allowed for one');
}

function tooMuchWritten(): VideoProblem {
  const most = `${String(MOST_WRITTEN / GIB)} GiB`;
  return new VideoProblem('video_too_large', `A video that was asked for would be larger than ${most}`);
}

function lastLine(stderr: string): string {
  return stderr.trim().split('\n').at(-1) ?? '';
}

/** Names of files and addresses of memory tell a user nothing. */
function told(line: string): string {
  return line
    .replaceAll(/\[[^\]]* @ 0x[\da-f]+\] */g, '')
    .replaceAll(/file:\.\/[\w.-]+/g, 'the file')
    .slice(0, 300);
}

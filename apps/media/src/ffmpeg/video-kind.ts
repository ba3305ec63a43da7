import { firstBytes } from '../sources/first-bytes.js';

/** The containers that are read, by the names of ffmpeg's demuxers. */
export type VideoKind = 'mov' | 'matroska' | 'avi' | 'mpegts';

const EBML = '\x1a\x45\xdf\xa3';
/** What an MP4 or QuickTime file may begin with. */
const FIRST_BOXES = ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot'];
const TS_PACKET = 188;
const TS_SYNC = 'G';
/** Bytes from the start of a file that {@link videoKind} looks at. */
const HEAD_BYTES = 2 * TS_PACKET + 1;

/** What a file is by its first bytes, or undefined when it is none of the containers that are read. */
export function videoKind(head: Buffer): VideoKind | undefined {
  const text = head.toString('latin1');
  if (FIRST_BOXES.includes(text.slice(4, 8))) return 'mov';
  if (text.startsWith(EBML)) return 'matroska';
  if (text.startsWith('RIFF') && text.startsWith('AVI ', 8)) return 'avi';
  const isPackets = [0, 1, 2].every((packet) => text[packet * TS_PACKET] === TS_SYNC);
  return isPackets ? 'mpegts' : undefined;
}

/** What a file on this machine is. */
export async function videoKindOf(path: string): Promise<VideoKind | undefined> {
  return videoKind(await firstBytes(path, HEAD_BYTES));
}

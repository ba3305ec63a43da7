import { type VideoKind } from './video-kind.js';

/** Pixels that a frame of a video may have: about three frames of this size are held in memory for each that is shown. */
export const MAX_FRAME_PIXELS = 36_000_000;

/** Demuxers of single files that name no others. Playlists, manifests, subtitles, lists and devices are none. */
const FORMATS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,png_pipe';
/** What cameras, phones, browsers and editors record with; rare decoders are where the holes are. */
const DECODERS = [
  ...['h264', 'hevc', 'vp8', 'vp9', 'av1', 'libdav1d', 'libaom-av1', 'mpeg1video', 'mpeg2video', 'mpeg4', 'msmpeg4'],
  ...['msmpeg4v1', 'msmpeg4v2', 'h263', 'mjpeg', 'prores', 'dnxhd', 'theora', 'rawvideo', 'png', 'dvvideo', 'ffv1'],
  ...['aac', 'aac_latm', 'mp3', 'mp3float', 'mp2', 'mp2float', 'opus', 'vorbis', 'ac3', 'eac3', 'flac', 'alac'],
  ...['amrnb', 'amrwb', 'pcm_s16le', 'pcm_s16be', 'pcm_s24le', 'pcm_s24be', 'pcm_s32le', 'pcm_f32le', 'pcm_u8'],
  ...['pcm_mulaw', 'pcm_alaw', 'adpcm_ms', 'adpcm_ima_wav', 'adpcm_ima_qt'],
].join(',');

const SUBTITLE_DECODERS = [
  ...['srt', 'subrip', 'mov_text', 'ass', 'ssa', 'webvtt', 'text', 'cc_dec', 'libzvbi_teletextdec'],
  ...['dvbsub', 'dvdsub', 'pgssub', 'xsub'],
].join(',');

/**
 * What stands before every file that ffmpeg opens: it is read as what its first bytes say, by a decoder that is
 * known, and can name no other file and no address.
 * @param kind a demuxer
 * @param file a name of the app's own, in the folder that the program runs in
 */
export function inputOptions(kind: VideoKind | 'png_pipe', file: string, threads: number): readonly string[] {
  return [...guards(kind, threads), '-i', named(file)];
}

/**
 * The same for ffprobe, which opens a decoder for every stream and gives up at one that it may not. It opens those of
 * subtitles, and never has them decode anything.
 */
export function probeOptions(kind: VideoKind, file: string): readonly string[] {
  return [...guards(kind, 1), '-codec_whitelist:s', SUBTITLE_DECODERS, '-i', named(file)];
}

function guards(kind: VideoKind | 'png_pipe', threads: number): readonly string[] {
  return [
    ...['-protocol_whitelist', 'file', '-format_whitelist', FORMATS, '-codec_whitelist', DECODERS],
    ...['-max_pixels', String(MAX_FRAME_PIXELS), '-threads', String(threads), '-f', kind],
    ...(kind === 'mov' ? ['-enable_drefs', '0', '-use_absolute_path', '0'] : []),
  ];
}

/** With a protocol and a folder, so that no name is an option or an address. */
function named(file: string): string {
  return `file:./${file}`;
}

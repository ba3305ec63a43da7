import { describe, expect, it } from '@jest/globals';
import { videoKind } from './video-kind.js';

const packets = Buffer.alloc(400);
for (const start of [0, 188, 376]) packets[start] = 0x47;

describe('videoKind', () => {
  it.each([
    ['mov', Buffer.from('\0\0\0\x20ftypisom', 'latin1')],
    ['mov', Buffer.from('\0\0\0\x08wide\0\0\0\0mdat', 'latin1')],
    ['matroska', Buffer.from('\x1a\x45\xdf\xa3', 'latin1')],
    ['avi', Buffer.from('RIFF\0\0\0\0AVI LIST', 'latin1')],
    ['mpegts', packets],
  ])('knows %s by its first bytes', (kind, head) => {
    expect(videoKind(head)).toBe(kind);
  });

  it.each([
    ['a playlist', '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/secret.mp4\n'],
    ['a list of files to join', 'ffconcat version 1.0\nfile /etc/passwd\n'],
    ['a manifest', '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>'],
    ['subtitles', 'WEBVTT\n\n00:00.000 --> 00:01.000\nGood morning\n'],
    ['session descriptions', 'v=0\no=- 0 0 IN IP4 127.0.0.1\n'],
    ['a wave file', 'RIFF\0\0\0\0WAVEfmt '],
    ['one packet', 'G'.padEnd(188, '\0')],
    ['nothing', ''],
  ])('knows none in %s', (_what, text) => {
    expect(videoKind(Buffer.from(text, 'latin1'))).toBeUndefined();
  });
});

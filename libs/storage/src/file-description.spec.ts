import { describe, expect, it } from '@jest/globals';
import { safeContentType, safeFilename } from './file-description.js';

describe('A file name', () => {
  it.each([
    ['photo.jpg', 'photo.jpg'],
    ['Straße Ñandú 東京 صورة.jpeg', 'Straße Ñandú 東京 صورة.jpeg'],
    ['می‌خواهم.txt', 'می‌خواهم.txt'],
    ['/etc/passwd', 'passwd'],
    ['../../x.png', 'x.png'],
    ['C:\\Users\\me\\x.png', 'x.png'],
    ['a\u2215b\uFF0Fc\uFF3Cd.png', 'd.png'],
    ['a\r\nSet-Cookie: x.png', 'aSet-Cookie: x.png'],
    ['nul\0l.png', 'null.png'],
    ['photo\u202Egpj.exe', 'photogpj.exe'],
    ['\u2066a\u2069\u200F.txt', 'a.txt'],
    ['line\u2028break.txt', 'linebreak.txt'],
    ['\uD800lone.txt', '\uFFFDlone.txt'],
    ['  spaced.txt  ', 'spaced.txt'],
    ['.env', '.env'],
    ['', 'file'],
    ['.', 'file'],
    ['..', 'file'],
    ['...', 'file'],
    ['folder/', 'file'],
    [' \t\n ', 'file'],
  ])('made safe of %j is %j', (sent, kept) => {
    expect(safeFilename(sent)).toBe(kept);
  });

  it('is cut to 255 bytes between characters and keeps its extension', () => {
    expect(safeFilename(`${'a'.repeat(300)}.jpeg`)).toBe(`${'a'.repeat(250)}.jpeg`);
    expect(safeFilename(`${'東'.repeat(300)}.png`)).toBe(`${'東'.repeat(83)}.png`);
    expect(safeFilename(`${'🐇'.repeat(300)}.png`)).toBe(`${'🐇'.repeat(62)}.png`);
    expect(safeFilename(`a.${'b'.repeat(300)}`)).toBe(`a.${'b'.repeat(253)}`);
  });

  it('of a megabyte is cut without delay', () => {
    expect(safeFilename('../'.repeat(400_000) + 'x.txt')).toBe('x.txt');
  });
});

describe('A content type', () => {
  it.each([
    ['image/png', 'image/png'],
    ['Image/PNG', 'image/png'],
    ['text/csv; charset=utf-8', 'text/csv'],
    [' application/vnd.ms-excel ', 'application/vnd.ms-excel'],
    ['image/svg+xml', 'image/svg+xml'],
    ['', 'application/octet-stream'],
    ['image', 'application/octet-stream'],
    ['image/', 'application/octet-stream'],
    ['image/png/x', 'application/octet-stream'],
    ['image/*', 'application/octet-stream'],
    ['text/html\r\nx-evil: 1', 'application/octet-stream'],
    [`a/${'b'.repeat(200)}`, 'application/octet-stream'],
  ])('made safe of %j is %j', (sent, kept) => {
    expect(safeContentType(sent)).toBe(kept);
  });
});

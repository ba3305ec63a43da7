import { chunk, SIGNATURE } from './png.js';

/** Each holds this text where a decoder looks past it. */
export const TAINT = '<script>alert("taint")</script>';

/** A GIF of so many pictures of one pixel. */
export function restlessGif(frames: number): Buffer {
  const head = Buffer.from('47494638396101000100800000000000ffffff', 'hex');
  const frame = Buffer.from('21f90400010000002c0000000001000100000202440100', 'hex');
  return Buffer.concat([head, ...Array<Buffer>(frames).fill(frame), Buffer.from(';')]);
}

/** A PNG with one more chunk behind its header. */
export function withChunk(png: Buffer, type: string, data: Buffer): Buffer {
  const afterHeader = SIGNATURE.length + 25;
  return Buffer.concat([png.subarray(0, afterHeader), chunk(type, data), png.subarray(afterHeader)]);
}

/** A JPEG with a comment. */
export function withComment(jpeg: Buffer, comment: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(comment.length + 2);
  return Buffer.concat([
    jpeg.subarray(0, 2),
    Buffer.from([0xff, 0xfe]),
    length,
    Buffer.from(comment),
    jpeg.subarray(2),
  ]);
}

/** A progressive JPEG whose last pass over the picture comes so many times. */
export function manyPasses(jpeg: Buffer, times: number): Buffer {
  const pass = jpeg.subarray(jpeg.lastIndexOf(Buffer.from([0xff, 0xda])), -2);
  return Buffer.concat([jpeg.subarray(0, -2), ...Array<Buffer>(times).fill(pass), jpeg.subarray(-2)]);
}

/** A PNG, JPEG, GIF, WebP or AVIF that says that it has this many pixels a side. */
export function claiming(picture: Buffer, side: number): Buffer {
  const lying = Buffer.from(picture);
  const [low, high] = [side & 0xff, side >> 8];
  if (lying.toString('latin1', 4, 8) === 'ftyp') return withExtents(lying, side);
  switch (lying.toString('latin1', 1, 4)) {
    case 'PNG':
      return withHeader(lying, side);
    case 'IF8':
      // The first picture says it as well, and is believed.
      for (const at of [6, lying.indexOf(lying.subarray(6, 10), 10)]) lying.fill(Buffer.from([low, high]), at, at + 4);
      return lying;
    case 'IFF':
      return lying.fill(Buffer.from([low, high]), 26, 30);
    default: {
      const frame = lying.indexOf(Buffer.from([0xff, 0xc0]));
      return lying.fill(Buffer.from([high, low]), frame + 5, frame + 9);
    }
  }
}

/** An AVIF says its size in a box of its own. */
function withExtents(avif: Buffer, side: number): Buffer {
  const size = avif.indexOf('ispe') + 8;
  avif.writeUInt32BE(side, size);
  avif.writeUInt32BE(side, size + 4);
  return avif;
}

function withHeader(png: Buffer, side: number): Buffer {
  const header = Buffer.from(png.subarray(SIGNATURE.length + 8, SIGNATURE.length + 21));
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), png.subarray(SIGNATURE.length + 25)]);
}

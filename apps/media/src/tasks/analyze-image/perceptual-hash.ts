import { fromPixels, type Pixels } from '../../image-pool/image-file.js';

const SIDE = 8;

/**
 * A difference hash: of an 8 × 8 picture of the picture, whether each pixel is brighter than its neighbour on the right.
 * It stays nearly the same when a picture is scaled, compressed or brightened, and changes when it is cut or mirrored.
 * @returns 64 bits in hexadecimal, rows from the top
 */
export async function perceptualHash(pixels: Pixels): Promise<string> {
  const grey = await fromPixels(pixels)
    .flatten({ background: '#fff' })
    .greyscale()
    .resize({ width: SIDE + 1, height: SIDE, fit: 'fill' })
    .extractChannel(0)
    .raw()
    .toBuffer();
  let bits = '';
  for (let row = 0; row < SIDE; row += 1) {
    const start = row * (SIDE + 1);
    for (let at = start; at < start + SIDE; at += 1) bits += (grey[at] ?? 0) > (grey[at + 1] ?? 0) ? '1' : '0';
  }
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}

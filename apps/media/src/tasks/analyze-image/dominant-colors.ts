import { fromPixels, type Pixels } from '../../image-pool/image-file.js';
import { sharp } from '../../image-pool/safe-sharp.js';

const MOST_COLOURS = 6;
/** A palette has 2, 4, 16 or 256 colours, whatever number is asked for. */
const PALETTE = 16;
/** A colour that less of the picture has is not said to dominate. */
const LEAST_SHARE = 0.02;
const OPAQUE = 128;

/**
 * The colours that a picture is mostly made of: those of the palette that libimagequant would draw it with.
 * @returns `#rrggbb`, the most frequent first; none when it is transparent everywhere
 */
export async function dominantColors(pixels: Pixels): Promise<readonly string[]> {
  const palette = await fromPixels(pixels)
    .toColourspace('srgb')
    .png({ palette: true, colours: PALETTE, dither: 0 })
    .toBuffer();
  const { data } = await sharp(palette).toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const counts = new Map<string, number>();
  let opaque = 0;
  for (let at = 0; at < data.length; at += 4) {
    if ((data[at + 3] ?? 0) < OPAQUE) continue;
    const colour = `#${data.toString('hex', at, at + 3)}`;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
    opaque += 1;
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_COLOURS)
    .filter(([, count], place) => place === 0 || count >= LEAST_SHARE * opaque)
    .map(([colour]) => colour);
}

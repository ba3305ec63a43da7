import { sharp } from '../image-pool/safe-sharp.js';
import { type Marked, type WatermarkRequest } from './watermark-request.js';
import { Watermarks } from './watermarks.js';

/** A mark that is drawn alone, for who lays it over something himself. */
export interface MarkToDraw extends Marked {
  readonly watermark: WatermarkRequest;
  /** The file that it is written to, as a transparent PNG. */
  readonly target: string;
}

/** Where a drawn mark belongs, in pixels from the top left of what it is for. */
export interface MarkPlace {
  readonly left: number;
  readonly top: number;
}

/**
 * Draws marks into files.
 * @returns their places, in order
 * @throws ImageProblem when a mark cannot be drawn
 */
export async function drawMarks(marks: readonly MarkToDraw[]): Promise<readonly MarkPlace[]> {
  const watermarks = await Watermarks.open(marks);
  const places: MarkPlace[] = [];
  for (const { canvas, watermark, target } of marks) {
    const { input, raw, left = 0, top = 0 } = await watermarks.over(watermark, canvas);
    if (!Buffer.isBuffer(input) || raw === undefined) throw new TypeError('Expected a mark as pixels');
    await sharp(input, { raw }).png({ compressionLevel: 1 }).toFile(target);
    places.push({ left, top });
  }
  return places;
}

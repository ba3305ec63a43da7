import { decodeImage, inspectImage } from '../../image-pool/image-file.js';
import { sharp } from '../../image-pool/safe-sharp.js';
import { encoded } from './encoding.js';
import { type SpritePlan } from './sprite-plan.js';

/** A sprite to be drawn. */
export interface DrawSprite {
  /** Files of pictures that have the size of a cell, in the order of reading. */
  readonly cells: readonly string[];
  readonly plan: SpritePlan;
  readonly target: string;
}

/** Draws pictures of one size side by side into one. */
export async function drawSprite({ cells, plan, target }: DrawSprite): Promise<void> {
  const { whole, cell, columns, format, quality } = plan;
  const layers = [];
  for (const [index, path] of cells.entries()) {
    const { data, ...raw } = await decodeImage(await inspectImage(path), cell);
    const place = { left: (index % columns) * cell.width, top: Math.floor(index / columns) * cell.height };
    layers.push({ input: data, raw, ...place });
  }
  const background = format === 'jpeg' ? '#fff' : { r: 0, g: 0, b: 0, alpha: 0 };
  const sprite = sharp({ create: { ...whole, channels: 4, background } }).composite(layers);
  await encoded(format === 'jpeg' ? sprite.removeAlpha() : sprite, format, quality).toFile(target);
}

import { type ReceivedFiles } from '../../sources/received-files.js';
import { receiveWatermark } from '../../watermark/receive-watermark.js';
import { type VariantPayload } from './variant.payload.js';
import { type VariantRequest } from './variant-request.js';

/** A variant that is asked of every source of a job; its file is another one for each. */
export type VariantWish = Omit<VariantRequest, 'target'>;

/** Fills in defaults, makes a variant of each width of a srcset, and brings the watermarks' images. */
export async function variantWishes(
  variants: readonly VariantPayload[],
  files: ReceivedFiles,
): Promise<readonly VariantWish[]> {
  const wishes: VariantWish[] = [];
  // One after the other: when one fails, none is still being written.
  for (const { name, fit = 'inside', srcset, watermark, ...own } of variants) {
    const mark = watermark ? await receiveWatermark(watermark, files) : undefined;
    const wish: VariantWish = { ...own, name, fit, watermark: mark };
    if (srcset === undefined) wishes.push(wish);
    else wishes.push(...srcset.map((width) => ({ ...wish, name: nameOfWidth(name, width), width })));
  }
  return wishes;
}

/** What the pictures are called that variants ask for. */
export function pictureNames(variants: readonly VariantPayload[]): readonly string[] {
  return variants.flatMap(({ name, srcset }) => srcset?.map((width) => nameOfWidth(name, width)) ?? [name]);
}

function nameOfWidth(name: string, width: number): string {
  return `${name}-${String(width)}`;
}

import { type ReceivedFiles } from '../../sources/received-files.js';
import { receiveWatermark } from '../../watermark/receive-watermark.js';
import { type VariantPayload } from './variant.payload.js';
import { type VariantRequest } from './variant-request.js';

/** Fills in defaults and brings the watermarks' images, so that a child process can draw the variants. */
export async function variantRequests(
  variants: readonly VariantPayload[],
  targetOf: (index: number) => string,
  files: ReceivedFiles,
): Promise<readonly VariantRequest[]> {
  const requests: VariantRequest[] = [];
  // One after the other: when one fails, none is still being written.
  for (const [index, { name, width, height, fit, format, quality, watermark }] of variants.entries()) {
    requests.push({
      name,
      target: targetOf(index),
      width: width ?? undefined,
      height: height ?? undefined,
      fit: fit ?? 'inside',
      format: format ?? undefined,
      quality: quality ?? undefined,
      watermark: watermark ? await receiveWatermark(watermark, files) : undefined,
    });
  }
  return requests;
}

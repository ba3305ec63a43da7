import { type ReceivedFiles } from './received-files.js';
import { type VariantPayload } from './variant.payload.js';
import { type VariantRequest, type WatermarkRequest } from './variant-request.js';
import { type WatermarkPayload } from './watermark.payload.js';

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
      watermark: watermark ? await watermarkRequest(watermark, files) : undefined,
    });
  }
  return requests;
}

async function watermarkRequest(
  { text, image, position, opacity }: WatermarkPayload,
  files: ReceivedFiles,
): Promise<WatermarkRequest> {
  const content = image ? { path: await files.watermark(image) } : { text: text ?? '' };
  return { content, position: position ?? 'southeast', opacity: opacity ?? 0.5 };
}

import { type ReceivedFiles, WATERMARK_FILE } from '../sources/received-files.js';
import { type WatermarkPayload } from './watermark.payload.js';
import { type WatermarkRequest } from './watermark-request.js';

/** Fills in defaults and brings the watermark's image, so that a child process can draw it. */
export async function receiveWatermark(
  { text, image, position, opacity }: WatermarkPayload,
  files: ReceivedFiles,
): Promise<WatermarkRequest> {
  const content = image ? { path: await files.receive(image, WATERMARK_FILE) } : { text: text ?? '' };
  return { content, position: position ?? 'southeast', opacity: opacity ?? 0.5 };
}

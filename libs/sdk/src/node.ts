import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';

/**
 * Opens a file of the disk for `leveret.files.upload`. It is read while it is sent, so it may be larger than the memory.
 * @param contentType its media type, such as `image/jpeg`
 */
export async function fileAt(path: string, contentType = 'application/octet-stream'): Promise<File> {
  const blob = await openAsBlob(path);
  return new File([blob], basename(path), { type: contentType });
}

import { create } from 'content-disposition';
import { type FileReference } from '#libs/contracts';

/** The entity tag of a file: its content's hash. */
export function etagOf(file: FileReference): string {
  return `"${file.sha256}"`;
}

/** Headers of a download. Whatever the content is, a browser saves it and runs none of it. */
export function fileHeaders(file: FileReference): Record<string, string> {
  return {
    'content-type': file.contentType,
    'content-disposition': create(file.filename),
    etag: etagOf(file),
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=0, must-revalidate',
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'cross-origin',
  };
}

/** True when an `If-None-Match` header names the tag, or any. */
export function namesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((candidate) => {
    const given = candidate.trim();
    return given === '*' || given.replace(/^W\//, '') === tag;
  });
}

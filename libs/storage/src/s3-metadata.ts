import { type Digest } from './meter.js';

/**
 * An object's own metadata: `filename`, and either `sha256` or, for an object whose metadata had to be sent before its
 * hash was known, `digest`: the id under which the hash is kept apart. Values of HTTP headers are ASCII.
 */
export interface ObjectMetadata {
  readonly filename: string;
  readonly sha256: string | undefined;
  readonly digest: string | undefined;
}

/** Where the hashes of large objects are kept. No tenant's name begins with a dot. */
export const DIGESTS = '.digests/';
/** Where `check` writes. */
export const CHECKS = '.check/';
/** The object that holds the bucket's own name. */
export const IDENTITY = '.identity';

export function withHash(filename: string, { sha256 }: Digest): Record<string, string> {
  return { filename: encodeURIComponent(filename), sha256 };
}

export function withDigestId(filename: string, id: string): Record<string, string> {
  return { filename: encodeURIComponent(filename), digest: id };
}

/** Undefined for an object that this suite did not put. */
export function readMetadata(sent: Readonly<Record<string, string>> | undefined): ObjectMetadata | undefined {
  const { filename, sha256, digest } = sent ?? {};
  if (filename === undefined) return undefined;
  try {
    return { filename: decodeURIComponent(filename), sha256, digest };
  } catch {
    return undefined;
  }
}

/** A stored file, as it travels in payloads and results. Its download link is made by the gateway when it is read. */
export interface FileReference {
  /** `<tenant>/<id>` of an upload, `<tenant>/<job id>/<run>-<name>` of a job's output. */
  readonly key: string;
  readonly filename: string;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal SHA-256 of the content. */
  readonly sha256: string;
}

/** True for a value that has every field of a file reference, and a key. */
export function isFileReference(value: unknown): value is FileReference {
  if (typeof value !== 'object' || value === null) return false;
  const { key, filename, contentType, size, sha256 } = value as Partial<Record<keyof FileReference, unknown>>;
  return (
    typeof key === 'string' &&
    typeof filename === 'string' &&
    typeof contentType === 'string' &&
    typeof size === 'number' &&
    typeof sha256 === 'string'
  );
}

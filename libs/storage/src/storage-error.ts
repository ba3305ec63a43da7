import { clippedText } from '#libs/contracts';

/** There is no file of this key, or the key is none that this suite makes: to callers both are the same. */
export class FileMissingError extends Error {
  override readonly name = 'FileMissingError';
  readonly code = 'file_not_found';

  constructor(key: unknown) {
    super(`Expected the key of a stored file, got ${shown(key)}; it was never stored or has been removed.`);
  }
}

/** The content is longer than its sender may send. Nothing of it is kept. */
export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError';
  readonly code = 'file_too_large';

  /** @param maxBytes the limit that was passed */
  constructor(readonly maxBytes: number) {
    super(`Expected a file of at most ${maxBytes} bytes, got more; send a smaller file or raise the limit.`);
  }
}

/** The range asked for is not wholly inside the file. */
export class RangeNotSatisfiableError extends Error {
  override readonly name = 'RangeNotSatisfiableError';
  readonly code = 'range_not_satisfiable';

  /** @param size bytes of the file, for the answer's `Content-Range` header */
  constructor(
    range: { readonly start: number; readonly end: number },
    readonly size: number,
  ) {
    super(
      `Expected a range inside the file's ${size} bytes, got ${range.start} to ${range.end}; ask for a part of it.`,
    );
  }
}

/** The disk or the bucket did not do its part: the same call may work later, or after an operator has mended it. */
export class StorageUnavailableError extends Error {
  override readonly name: string = 'StorageUnavailableError';
  readonly code: string = 'storage_unavailable';
}

/** There is no room for what was to be stored; nothing of it is kept. Reading goes on. */
export class StorageFullError extends StorageUnavailableError {
  override readonly name = 'StorageFullError';
  override readonly code = 'storage_full';
}

function shown(key: unknown): string {
  return typeof key === 'string' ? JSON.stringify(clippedText(key, 120)) : `a value of type ${typeof key}`;
}

/** The part of a file that an answer of 206 brings. */
export interface ContentRange {
  /** Its first byte, from 0 on. */
  readonly from: number;
  /** Bytes of the whole file; undefined when the host does not say. */
  readonly total: number | undefined;
}

/** @param header `Content-Range`; undefined when it names no part of bytes */
export function contentRange(header: string | undefined): ContentRange | undefined {
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header ?? '') ?? [];
  return from === undefined ? undefined : { from: Number(from), total: total === '*' ? undefined : Number(total) };
}

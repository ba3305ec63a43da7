/** What a text of JSON would cost to parse, counted without parsing it. */
export interface JsonExtent {
  readonly depth: number;
  /** Values, give or take one per empty list or object. */
  readonly nodes: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/** Depth and number of values of a JSON body. It reads each byte once; a body that is no JSON gives some numbers, too. */
export function jsonExtent(body: Uint8Array): JsonExtent {
  let depth = 0;
  let deepest = 0;
  let nodes = 1;
  for (let i = 0; i < body.length; i += 1) {
    const byte = body[i] as number;
    if (byte === QUOTE) i = endOfText(body, i + 1);
    else if (byte === COMMA) nodes += 1;
    else if (OPEN.has(byte)) {
      nodes += 1;
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (CLOSE.has(byte)) depth -= 1;
  }
  return { depth: deepest, nodes };
}

function endOfText(body: Uint8Array, start: number): number {
  let i = start;
  while (i < body.length && body[i] !== QUOTE) i += body[i] === BACKSLASH ? 2 : 1;
  return i;
}

const CONTAINERS = ['moov', 'trak', 'mdia', 'minf', 'dinf'];
/** What stands in an alias before its records: a volume, a name and levels that nobody has to fill in. */
const ALIAS_HEAD = 154;
const ALIAS_PATH = 2;
const ALIAS_END = 0xffff;

/** The index of a QuickTime file, whose pictures and sounds are said to lie in the file of this path. */
export function quickTimeReference(movie: Buffer, path: string): Buffer {
  const boxes: Buffer[] = [];
  for (let at = 0; at < movie.length;) {
    const size = movie.readUInt32BE(at);
    const type = movie.toString('latin1', at + 4, at + 8);
    const body = movie.subarray(at + 8, at + size);
    if (type === 'dref') boxes.push(box(type, [body.subarray(0, 8), box('alis', alias(path))]));
    else if (CONTAINERS.includes(type)) boxes.push(box(type, [quickTimeReference(body, path)]));
    else if (type !== 'mdat') boxes.push(box(type, [body]));
    at += size;
  }
  return Buffer.concat(boxes);
}

function box(type: string, content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

function alias(path: string): readonly Buffer[] {
  return [Buffer.alloc(ALIAS_HEAD), record(ALIAS_PATH, Buffer.from(path)), record(ALIAS_END, Buffer.alloc(0))];
}

function record(type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type);
  head.writeUInt16BE(content.length, 2);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

/** An AVI that says of its frames of `side` pixels a side that they have 320 x 240. */
export function understated(avi: Buffer, side: number): Buffer {
  const lying = Buffer.from(avi);
  const truth = pair(side, side);
  for (let at = lying.indexOf(truth); at >= 0; at = lying.indexOf(truth, at + truth.length))
    pair(320, 240).copy(lying, at);
  return lying;
}

function pair(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(width);
  bytes.writeUInt32LE(height, 4);
  return bytes;
}

/** How a subtitle begins that is a file within an AVI: its tag, the kind of it, no name, and what its length stands for. */
const SUBTITLE_HEAD = Buffer.from('47414232000200000000000400', 'hex');
const STREAM_HEAD_BYTES = 56;
const AVI_STREAMS_AT = 24;

/** An AVI with one more stream, of subtitles: a file of its own lies in it, which players open by looking what it is. */
export function withSubtitleFile(avi: Buffer, content: string): Buffer {
  const lists = riffChunks(avi.subarray(12)).filter(({ id }) => id === 'LIST');
  const [head, movie] = ['hdrl', 'movi'].map((type) => lists.find(({ body }) => typeOf(body) === type)?.body);
  if (head === undefined || movie === undefined) throw new Error('Expected an AVI');
  const [about, ...streams] = riffChunks(head.subarray(4));
  const count = streams.filter(({ body }) => typeOf(body) === 'strl').length;
  const facts = Buffer.from(about?.body ?? []);
  facts.writeUInt32LE(count + 1, AVI_STREAMS_AT);
  const text = Buffer.from(content);
  const subtitle = riffChunk(`0${String(count)}tx`, [SUBTITLE_HEAD, lengthOf(text), text]);
  // Without the index, which would not know of it.
  return riffChunk('RIFF', [
    Buffer.from('AVI '),
    riffList('hdrl', [riffChunk('avih', [facts]), ...streams.map(({ whole }) => whole), subtitleStream()]),
    riffList('movi', [subtitle, movie.subarray(4)]),
  ]);
}

function subtitleStream(): Buffer {
  const head = Buffer.alloc(STREAM_HEAD_BYTES);
  head.write('txts');
  // One of its units a second.
  head.writeUInt32LE(1, 20);
  head.writeUInt32LE(1, 24);
  return riffList('strl', [riffChunk('strh', [head]), riffChunk('strf', [])]);
}

interface RiffChunk {
  readonly id: string;
  readonly body: Buffer;
  /** With its id and length. */
  readonly whole: Buffer;
}

function riffChunks(content: Buffer): readonly RiffChunk[] {
  const chunks: RiffChunk[] = [];
  for (let at = 0; at + 8 <= content.length;) {
    const end = at + 8 + content.readUInt32LE(at + 4);
    const id = content.toString('latin1', at, at + 4);
    chunks.push({ id, body: content.subarray(at + 8, end), whole: content.subarray(at, end + (end % 2)) });
    at = end + (end % 2);
  }
  return chunks;
}

function riffList(type: string, content: readonly Buffer[]): Buffer {
  return riffChunk('LIST', [Buffer.from(type), ...content]);
}

function riffChunk(id: string, content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from(id), lengthOf(body), body, Buffer.alloc(body.length % 2)]);
}

function lengthOf(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return length;
}

function typeOf(list: Buffer): string {
  return list.toString('latin1', 0, 4);
}

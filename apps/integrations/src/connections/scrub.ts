const MASK = Buffer.from('***');

/** The same bytes with `***` for each secret: a host may answer with what it was sent. */
export function scrubbed(bytes: Buffer, secrets: readonly string[]): Buffer {
  // The longest first: a secret may be a part of another form of it.
  const ordered = [...secrets].sort((a, b) => b.length - a.length);
  return ordered.reduce(without, bytes);
}

function without(bytes: Buffer, secret: string): Buffer {
  if (secret === '' || !bytes.includes(secret)) return bytes;
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, from)) {
    parts.push(bytes.subarray(from, at), MASK);
    from = at + Buffer.byteLength(secret);
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}

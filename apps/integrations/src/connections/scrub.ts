const MASK = '***';

/** The same bytes with `***` for each secret: a host may answer with what it was sent. */
export function scrubbed(bytes: Buffer, secrets: readonly string[]): Buffer {
  return longestFirst(secrets).reduce(without, bytes);
}

/** Headers of an answer in the same way. */
export function scrubbedHeaders(
  headers: Readonly<Record<string, string>>,
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  const ordered = longestFirst(secrets);
  const scrub = (text: string): string => ordered.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, scrub(value)]));
}

/** A secret may be a part of another form of it. */
function longestFirst(secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
}

function without(bytes: Buffer, secret: string): Buffer {
  if (!bytes.includes(secret)) return bytes;
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, from)) {
    parts.push(bytes.subarray(from, at), Buffer.from(MASK));
    from = at + Buffer.byteLength(secret);
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}

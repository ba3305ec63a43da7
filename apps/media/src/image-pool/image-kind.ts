/** The formats that are read. */
export type ImageKind = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif';

/** Bytes from the start of a file that {@link imageKind} looks at. */
export const HEAD_BYTES = 64;

const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';
const AVIF_BRANDS = ['avif', 'avis'];

/** What a file is by its first bytes, or undefined when it is none of the formats that are read. Names and types of uploads are claims. */
export function imageKind(head: Buffer): ImageKind | undefined {
  const text = head.toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith(PNG_SIGNATURE)) return 'png';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif';
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'webp';
  return text.startsWith('ftyp', 4) && hasAvifBrand(text) ? 'avif' : undefined;
}

/** The `ftyp` box lists the file's brands, four letters each. */
function hasAvifBrand(text: string): boolean {
  const brands = text.slice(8, HEAD_BYTES).match(/.{4}/gs) ?? [];
  return brands.some((brand) => AVIF_BRANDS.includes(brand));
}

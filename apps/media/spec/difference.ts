import pixelmatch from 'pixelmatch';
import { type Sharp } from 'sharp';

/** How far two colours may be apart before an eye tells them apart, 0 to 1. */
const VISIBLE = 0.12;

/** The share of the pixels in which an eye tells a picture from the reference: 0 is the same, 1 is another everywhere. */
export async function difference(picture: Sharp, reference: Sharp): Promise<number> {
  const [shown, wanted] = await Promise.all([picture, reference].map(onWhite));
  if (shown === undefined || wanted === undefined) throw new Error('Expected two pictures');
  const { width, height } = wanted.info;
  if (shown.info.width !== width || shown.info.height !== height) return 1;
  const differing = pixelmatch(shown.data, wanted.data, undefined, width, height, { threshold: VISIBLE });
  return differing / (width * height);
}

function onWhite(picture: Sharp) {
  return picture
    .clone()
    .toColourspace('srgb')
    .flatten({ background: '#fff' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
}

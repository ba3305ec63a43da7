import { type Sharp } from 'sharp';
import { fromAnimation, fromPictures, fromPixels, type ImageFile, type Pixels } from '../../image-pool/image-file.js';
import { type PlannedVariant } from './planned-variant.js';
import { type VariantPlan } from './variant-plan.js';
import { type Crop, type Format, type VariantRequest } from './variant-request.js';

/** Brings a picture to a variant's size: scaled, cut and padded, then blurred with its padding. */
export function onCanvas(picture: Sharp, variant: PlannedVariant): Sharp {
  return blurred(padded(sized(picture, variant), variant), variant);
}

/** The same for all pictures of an animation, which lie under one another. */
export async function animationOnCanvas(image: ImageFile, variant: PlannedVariant): Promise<Sharp> {
  if (variant.request.blur === undefined) return onCanvas(fromAnimation(image), variant);
  // Each by itself: blurred as one, every picture would run into the next.
  const pictures: Pixels[] = [];
  for await (const picture of picturesOf(sized(fromAnimation(image), variant), variant)) {
    pictures.push(await pixelsOf(blurred(padded(fromPixels(picture), variant), variant)));
  }
  return fromPictures(pictures, image.timing);
}

/** True when the picture does not fill its canvas. */
export function isPadded({ picture, canvas }: VariantPlan): boolean {
  return picture.width < canvas.width || picture.height < canvas.height;
}

function sized(picture: Sharp, { request, plan, format, frames }: PlannedVariant): Sharp {
  if (format === 'jpeg') picture.flatten({ background: backgroundOf(format) });
  return picture.resize({ ...plan.picture, fit: plan.cut ? 'cover' : 'fill', position: cropOf(request, frames) });
}

function blurred(picture: Sharp, { request }: PlannedVariant): Sharp {
  return request.blur === undefined ? picture : picture.blur(request.blur);
}

function padded(picture: Sharp, { plan, format }: PlannedVariant): Sharp {
  if (!isPadded(plan)) return picture;
  const left = Math.floor((plan.canvas.width - plan.picture.width) / 2);
  const top = Math.floor((plan.canvas.height - plan.picture.height) / 2);
  const right = plan.canvas.width - plan.picture.width - left;
  const bottom = plan.canvas.height - plan.picture.height - top;
  return picture.extend({ left, top, right, bottom, background: backgroundOf(format) });
}

async function* picturesOf(animation: Sharp, { plan, frames }: PlannedVariant): AsyncGenerator<Pixels> {
  const { data, channels } = await pixelsOf(animation);
  const bytes = data.length / frames;
  for (let at = 0; at < data.length; at += bytes)
    yield { ...plan.picture, data: data.subarray(at, at + bytes), channels };
}

async function pixelsOf(picture: Sharp): Promise<Pixels> {
  const { data, info } = await picture.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

/** What a viewer looks at moves about in an animation: it is cut as if nothing was said. */
function cropOf({ crop = 'center' }: VariantRequest, frames: number): Crop {
  return frames > 1 && (crop === 'attention' || crop === 'entropy') ? 'center' : crop;
}

function backgroundOf(format: Format): '#fff' | { r: number; g: number; b: number; alpha: number } {
  return format === 'jpeg' ? '#fff' : { r: 0, g: 0, b: 0, alpha: 0 };
}

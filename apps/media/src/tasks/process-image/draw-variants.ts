import { type OutputInfo, type Sharp } from 'sharp';
import {
  decodeImage,
  fromPixels,
  type ImageFile,
  inspectImage,
  MAX_PIXELS,
  type Pixels,
  type Size,
  tooManyPixels,
} from '../../image-pool/image-file.js';
import { ImageProblem } from '../../image-pool/image-problem.js';
import { encoded, formatFor, MAX_SIDES } from './encoding.js';
import { planVariant, sizeToDecode, type VariantPlan } from './variant-plan.js';
import { type Format, type VariantRequest } from './variant-request.js';
import { Watermarks } from './watermarks.js';

/** A source and the variants to be made of it. */
export interface DrawVariants {
  /** The source's file on this machine. */
  readonly source: string;
  readonly variants: readonly VariantRequest[];
}

/** A variant that lies finished in its file. */
export interface DrawnVariant extends Size {
  /** Its place in the request. */
  readonly index: number;
  readonly format: Format;
}

interface Planned {
  readonly request: VariantRequest;
  readonly plan: VariantPlan;
  readonly format: Format;
}

/**
 * Draws every variant into its file and tells each one as it is finished. The source is decoded once, no larger than the
 * largest variant needs it.
 * @throws ImageProblem when the source or a watermark cannot be used, or a variant would be too large
 */
export async function drawVariants(
  { source, variants }: DrawVariants,
  tell: (drawn: DrawnVariant) => void,
): Promise<void> {
  const image = await inspectImage(source);
  const planned = variants.map((request) => planOf(image, request));
  const watermarks = await Watermarks.open(planned);
  const pixels = await decodeImage(
    image,
    sizeToDecode(
      image.size,
      planned.map(({ plan }) => plan),
    ),
  );
  for (const [index, variant] of planned.entries()) {
    const { width, height } = await draw(pixels, variant, watermarks);
    tell({ index, format: variant.format, width, height });
  }
}

function planOf(image: ImageFile, request: VariantRequest): Planned {
  const plan = planVariant(image.size, request);
  const format = request.format ?? formatFor(image.kind);
  const { width, height } = plan.canvas;
  if (width * height > MAX_PIXELS) throw tooManyPixels(plan.canvas, `The variant "${request.name}"`);
  if (Math.max(width, height) > MAX_SIDES[format]) {
    throw new ImageProblem(
      'image_too_large',
      `The variant "${request.name}" has ${String(width)} x ${String(height)} pixels; ${format} allows ${String(MAX_SIDES[format])} a side`,
    );
  }
  return { request, plan, format };
}

async function draw(pixels: Pixels, { request, plan, format }: Planned, watermarks: Watermarks): Promise<OutputInfo> {
  const canvas = onCanvas(fromPixels(pixels), pixels, plan, format);
  if (request.watermark !== undefined) {
    canvas.composite([await watermarks.over(request.watermark, plan.canvas)]);
    // The overlay brings transparency along to where there was none.
    if (pixels.channels === 3 && !isPadded(plan)) canvas.removeAlpha();
  }
  return encoded(canvas, format, request.quality).toFile(request.target);
}

function onCanvas(picture: Sharp, pixels: Size, plan: VariantPlan, format: Format): Sharp {
  const { part, picture: size, canvas } = plan;
  const background = format === 'jpeg' ? '#fff' : { r: 0, g: 0, b: 0, alpha: 0 };
  if (format === 'jpeg') picture.flatten({ background });
  picture.extract(centred(part, pixels)).resize({ ...size, fit: 'fill' });
  if (!isPadded(plan)) return picture;
  const left = Math.floor((canvas.width - size.width) / 2);
  const top = Math.floor((canvas.height - size.height) / 2);
  const right = canvas.width - size.width - left;
  const bottom = canvas.height - size.height - top;
  return picture.extend({ left, top, right, bottom, background });
}

function isPadded({ picture, canvas }: VariantPlan): boolean {
  return picture.width < canvas.width || picture.height < canvas.height;
}

function centred(part: Size, { width, height }: Size): Size & { left: number; top: number } {
  const cut = { width: cutOf(part.width, width), height: cutOf(part.height, height) };
  return { ...cut, left: Math.floor((width - cut.width) / 2), top: Math.floor((height - cut.height) / 2) };
}

function cutOf(share: number, side: number): number {
  return Math.min(side, Math.max(1, Math.round(share * side)));
}

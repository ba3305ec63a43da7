import { type OutputInfo, type Sharp } from 'sharp';
import {
  decodeImage,
  fromImage,
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
import { Watermarks } from '../../watermark/watermarks.js';

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

/** libvips cannot scale to more, even where nearly all of it is cut off again. */
const MAX_WHOLE_SIDE = 10_000_000;

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
  const watermarks = await Watermarks.open(
    planned.map(({ request, plan }) => ({ canvas: plan.canvas, watermark: request.watermark })),
  );
  const draw = await drawing(image, planned, watermarks);
  for (const [index, variant] of planned.entries()) {
    const { width, height } = await draw(variant);
    tell({ index, format: variant.format, width, height });
  }
}

function planOf(image: ImageFile, request: VariantRequest): Planned {
  const plan = planVariant(image.size, request);
  const format = request.format ?? formatFor(image.kind);
  const { width, height } = plan.canvas;
  const what = `The variant "${request.name}"`;
  if (width * height > MAX_PIXELS) throw tooManyPixels(plan.canvas, what);
  if (Math.max(width, height) > MAX_SIDES[format]) {
    const most = `${format} allows ${String(MAX_SIDES[format])} a side`;
    throw new ImageProblem('image_too_large', `${what} has ${String(width)} x ${String(height)} pixels; ${most}`);
  }
  if (Math.max(plan.whole.width, plan.whole.height) > MAX_WHOLE_SIDE) {
    throw new ImageProblem('image_too_large', `${what} would be cut out of an image that is enlarged too much`);
  }
  return { request, plan, format };
}

/** One variant is drawn while the source is being decoded; several share what was decoded. */
async function drawing(
  image: ImageFile,
  planned: readonly Planned[],
  watermarks: Watermarks,
): Promise<(variant: Planned) => Promise<OutputInfo>> {
  const plans = planned.map(({ plan }) => plan);
  const decode = (): Promise<Pixels> => decodeImage(image, sizeToDecode(image.size, plans));
  if (planned.length > 1) {
    const pixels = await decode();
    return (variant) => drawn(fromPixels(pixels), variant, { image, watermarks });
  }
  return (variant) =>
    drawn(fromImage(image), variant, { image, watermarks }).catch(async (error: unknown) => {
      // Tells whether the source is at fault, or the disk that the variant is written to.
      await decode();
      throw error;
    });
}

async function drawn(
  picture: Sharp,
  { request, plan, format }: Planned,
  { image, watermarks }: { image: ImageFile; watermarks: Watermarks },
): Promise<OutputInfo> {
  const canvas = onCanvas(picture, plan, format);
  if (request.watermark !== undefined) {
    canvas.composite([await watermarks.over(request.watermark, plan.canvas)]);
    // The overlay brings transparency along to where there was none.
    if (!image.hasAlpha && !isPadded(plan)) canvas.removeAlpha();
  }
  return encoded(canvas, format, request.quality).toFile(request.target);
}

function onCanvas(picture: Sharp, plan: VariantPlan, format: Format): Sharp {
  const background = format === 'jpeg' ? '#fff' : { r: 0, g: 0, b: 0, alpha: 0 };
  if (format === 'jpeg') picture.flatten({ background });
  picture.resize({ ...plan.picture, fit: plan.cut ? 'cover' : 'fill' });
  if (!isPadded(plan)) return picture;
  const left = Math.floor((plan.canvas.width - plan.picture.width) / 2);
  const top = Math.floor((plan.canvas.height - plan.picture.height) / 2);
  const right = plan.canvas.width - plan.picture.width - left;
  const bottom = plan.canvas.height - plan.picture.height - top;
  return picture.extend({ left, top, right, bottom, background });
}

function isPadded({ picture, canvas }: VariantPlan): boolean {
  return picture.width < canvas.width || picture.height < canvas.height;
}

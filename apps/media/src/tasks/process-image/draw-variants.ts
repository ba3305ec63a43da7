import { availableParallelism } from 'node:os';
import { type OutputInfo, type OverlayOptions, type Sharp } from 'sharp';
import {
  decodeImage,
  fromAnimation,
  fromImage,
  fromPixels,
  type ImageFile,
  inspectImage,
  MAX_PIXELS,
  orCorrupt,
  type Pixels,
  type Size,
  tooManyPixels,
} from '../../image-pool/image-file.js';
import { ImageProblem } from '../../image-pool/image-problem.js';
import { roundedCorners } from './corners.js';
import { encoded, formatFor, MAX_SIDES, moves } from './encoding.js';
import { inLanes } from './lanes.js';
import { planVariant, sizeToDecode, type VariantPlan } from './variant-plan.js';
import { type Crop, type Format, type VariantRequest } from './variant-request.js';
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

/** Variants that are drawn at once: a job that is alone shall not leave cores idle, nor hold much more in memory. */
const AT_ONCE = Math.min(2, availableParallelism());

interface Planned {
  readonly request: VariantRequest;
  readonly plan: VariantPlan;
  readonly format: Format;
  /** Pictures that are drawn; 1 unless an animation stays one. */
  readonly frames: number;
}

interface Surroundings {
  readonly image: ImageFile;
  readonly watermarks: Watermarks;
}

/**
 * Draws every variant into its file and tells each one as it is finished, in whatever order that is. The source is decoded once, no larger than the
 * largest variant needs it, and once more for each animation that is made of it.
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
  const draw = await drawing(planned, { image, watermarks });
  await inLanes([...planned.entries()], AT_ONCE, async ([index, variant]) => {
    await draw(variant);
    tell({ index, format: variant.format, ...variant.plan.canvas });
  });
}

function planOf(image: ImageFile, request: VariantRequest): Planned {
  const plan = planVariant(image.size, request);
  const format = request.format ?? formatFor(image);
  const frames = moves(format) ? image.frames : 1;
  const { width, height } = plan.canvas;
  const what = `The variant "${request.name}"`;
  if (width * height * frames > MAX_PIXELS) throw tooManyPixels({ width, height: height * frames }, what);
  if (Math.max(width, height) > MAX_SIDES[format]) {
    const most = `${format} allows ${String(MAX_SIDES[format])} a side`;
    throw new ImageProblem('image_too_large', `${what} has ${String(width)} x ${String(height)} pixels; ${most}`);
  }
  if (Math.max(plan.whole.width, plan.whole.height) > MAX_WHOLE_SIDE) {
    throw new ImageProblem('image_too_large', `${what} would be cut out of an image that is enlarged too much`);
  }
  return { request, plan, format, frames };
}

/** One variant is drawn while the source is being decoded; several share what was decoded. Animations are drawn alone. */
async function drawing(
  planned: readonly Planned[],
  around: Surroundings,
): Promise<(variant: Planned) => Promise<OutputInfo>> {
  const { image } = around;
  const plans = planned.filter(({ frames }) => frames === 1).map(({ plan }) => plan);
  const decode = (): Promise<Pixels> => decodeImage(image, sizeToDecode(image.size, plans));
  const shared = plans.length > 1 ? await decode() : undefined;
  return (variant) => {
    if (variant.frames > 1) return drawnMoving(variant, around);
    if (shared !== undefined) return drawn(fromPixels(shared), variant, around);
    return drawn(fromImage(image), variant, around).catch(async (error: unknown) => {
      // Tells whether the source is at fault, or the disk that the variant is written to.
      await decode();
      throw error;
    });
  };
}

async function drawnMoving(variant: Planned, around: Surroundings): Promise<OutputInfo> {
  const { path, size } = around.image;
  const all = { width: size.width, height: size.height * variant.frames };
  if (all.width * all.height > MAX_PIXELS) throw tooManyPixels(all, 'The animation');
  return orCorrupt(path, drawn(fromAnimation(around.image), variant, around));
}

async function drawn(picture: Sharp, variant: Planned, { image, watermarks }: Surroundings): Promise<OutputInfo> {
  const { request, plan, format } = variant;
  const canvas = onCanvas(picture, variant);
  const layers = await layersOver(variant, watermarks);
  if (layers.length > 0) {
    canvas.composite(layers);
    // The layers bring transparency along to where there was none.
    if (!image.hasAlpha && !isPadded(plan) && request.rounded === undefined) canvas.removeAlpha();
  }
  return encoded(canvas, format, request.quality).toFile(request.target);
}

async function layersOver(variant: Planned, watermarks: Watermarks): Promise<OverlayOptions[]> {
  const { request, plan, format, frames } = variant;
  const layers: OverlayOptions[] = [];
  if (request.watermark !== undefined) {
    const mark = await watermarks.over(request.watermark, plan.canvas);
    for (let frame = 0; frame < frames; frame += 1) {
      layers.push({ ...mark, top: (mark.top ?? 0) + frame * plan.canvas.height });
    }
  }
  if (request.rounded !== undefined) {
    layers.push(roundedCorners(plan.canvas, { radius: request.rounded, frames, onWhite: format === 'jpeg' }));
  }
  return layers;
}

function onCanvas(picture: Sharp, { request, plan, format, frames }: Planned): Sharp {
  const background = format === 'jpeg' ? '#fff' : { r: 0, g: 0, b: 0, alpha: 0 };
  if (format === 'jpeg') picture.flatten({ background });
  picture.resize({ ...plan.picture, fit: plan.cut ? 'cover' : 'fill', position: cropOf(request, frames) });
  if (request.blur !== undefined) picture.blur(request.blur);
  if (!isPadded(plan)) return picture;
  const left = Math.floor((plan.canvas.width - plan.picture.width) / 2);
  const top = Math.floor((plan.canvas.height - plan.picture.height) / 2);
  const right = plan.canvas.width - plan.picture.width - left;
  const bottom = plan.canvas.height - plan.picture.height - top;
  return picture.extend({ left, top, right, bottom, background });
}

/** What a viewer looks at moves about in an animation: it is cut as if nothing was said. */
function cropOf({ crop = 'center' }: VariantRequest, frames: number): Crop {
  return frames > 1 && (crop === 'attention' || crop === 'entropy') ? 'center' : crop;
}

function isPadded({ picture, canvas }: VariantPlan): boolean {
  return picture.width < canvas.width || picture.height < canvas.height;
}

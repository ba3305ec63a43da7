import { availableParallelism } from 'node:os';
import { type OutputInfo, type OverlayOptions, type Sharp } from 'sharp';
import {
  decodeImage,
  fromImage,
  fromPixels,
  type ImageFile,
  inspectImage,
  orCorrupt,
  type Pixels,
} from '../../image-pool/image-file.js';
import { type Size } from '../../image-pool/image-size.js';
import { animationOnCanvas, isPadded, onCanvas } from './canvas.js';
import { roundedCorners } from './corners.js';
import { encoded } from './encoding.js';
import { inLanes } from './lanes.js';
import { plannedVariant, type PlannedVariant } from './planned-variant.js';
import { sizeToDecode } from './variant-plan.js';
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

/** Variants that are drawn at once: a job that is alone shall not leave cores idle, nor hold much more in memory. */
const AT_ONCE = Math.min(2, availableParallelism());

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
  const planned = variants.map((request) => plannedVariant(image, request));
  const watermarks = await Watermarks.open(
    planned.map(({ request, plan }) => ({ canvas: plan.canvas, watermark: request.watermark })),
  );
  const draw = await drawing(planned, { image, watermarks });
  await inLanes([...planned.entries()], AT_ONCE, async ([index, variant]) => {
    await draw(variant);
    tell({ index, format: variant.format, ...variant.plan.canvas });
  });
}

/** One variant is drawn while the source is being decoded; several share what was decoded. Animations are drawn alone. */
async function drawing(
  planned: readonly PlannedVariant[],
  around: Surroundings,
): Promise<(variant: PlannedVariant) => Promise<OutputInfo>> {
  const { image } = around;
  const plans = planned.filter(({ frames }) => frames === 1).map(({ plan }) => plan);
  const decode = (): Promise<Pixels> => decodeImage(image, sizeToDecode(image.size, plans));
  const shared = plans.length > 1 ? await decode() : undefined;
  return (variant) => {
    if (variant.frames > 1) return drawnMoving(variant, around);
    if (shared !== undefined) return drawn(onCanvas(fromPixels(shared), variant), variant, around);
    return drawn(onCanvas(fromImage(image), variant), variant, around).catch(async (error: unknown) => {
      // Tells whether the source is at fault, or the disk that the variant is written to.
      await decode();
      throw error;
    });
  };
}

async function drawnMoving(variant: PlannedVariant, around: Surroundings): Promise<OutputInfo> {
  const { image } = around;
  return orCorrupt(
    image.path,
    animationOnCanvas(image, variant).then((canvas) => drawn(canvas, variant, around)),
  );
}

async function drawn(canvas: Sharp, variant: PlannedVariant, { image, watermarks }: Surroundings): Promise<OutputInfo> {
  const { request, plan, format } = variant;
  const layers = await layersOver(variant, watermarks);
  if (layers.length > 0) {
    canvas.composite(layers);
    // The layers bring transparency along to where there was none.
    if (!image.hasAlpha && !isPadded(plan) && request.rounded === undefined) canvas.removeAlpha();
  }
  return encoded(canvas, format, request.quality).toFile(request.target);
}

async function layersOver(variant: PlannedVariant, watermarks: Watermarks): Promise<OverlayOptions[]> {
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

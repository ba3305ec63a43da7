import { type ImageFile } from '../../image-pool/image-file.js';
import { ImageProblem } from '../../image-pool/image-problem.js';
import { MAX_PIXELS, tooManyPixels } from '../../image-pool/image-size.js';
import { formatFor, moves, mustHold } from './encoding.js';
import { planVariant, type VariantPlan } from './variant-plan.js';
import { type Format, type VariantRequest } from './variant-request.js';

/** A variant whose size and format are settled, and known to be possible. */
export interface PlannedVariant {
  readonly request: VariantRequest;
  readonly plan: VariantPlan;
  readonly format: Format;
  /** Pictures that are drawn; 1 unless an animation stays one. */
  readonly frames: number;
}

/** Pictures that an animation may have: each costs time however small it is. */
const MAX_FRAMES = 5_000;
/** libvips cannot scale to more, even where nearly all of it is cut off again. */
const MAX_WHOLE_SIDE = 10_000_000;

/**
 * Plans a variant of an image.
 * @throws ImageProblem `image_too_large` when it cannot be drawn, or held by its format, or is of too long an animation
 */
export function plannedVariant(image: ImageFile, request: VariantRequest): PlannedVariant {
  const format = request.format ?? formatFor(image);
  const frames = moves(format) ? image.frames : 1;
  if (frames > 1) checkAnimation(image);
  const plan = planVariant(frames > 1 ? image.stored : image.size, request);
  const { width, height } = plan.canvas;
  const what = `The variant "${request.name}"`;
  if (width * height * frames > MAX_PIXELS) throw tooManyPixels({ width, height: height * frames }, what);
  mustHold(format, plan.canvas, what);
  if (Math.max(plan.whole.width, plan.whole.height) > MAX_WHOLE_SIDE) {
    throw new ImageProblem('image_too_large', `${what} would be cut out of an image that is enlarged too much`);
  }
  return { request, plan, format, frames };
}

/** All pictures of an animation are in memory at once. */
function checkAnimation({ stored: { width, height }, frames }: ImageFile): void {
  if (frames > MAX_FRAMES) {
    const most = String(MAX_FRAMES);
    throw new ImageProblem(
      'image_too_large',
      `The animation has ${String(frames)} pictures; at most ${most} can be drawn`,
    );
  }
  const all = { width, height: height * frames };
  if (all.width * all.height > MAX_PIXELS) throw tooManyPixels(all, 'The animation');
}

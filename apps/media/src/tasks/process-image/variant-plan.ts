import { fitted, scaled, type Size } from '../../image-pool/image-size.js';
import { type Fit } from './variant-request.js';

/** How a variant comes out of its source: scaled as a whole, cut around its centre, and padded to the variant's size. */
export interface VariantPlan {
  /** What the whole source is scaled to. Not rounded, and possibly huge, when it is cut. */
  readonly whole: Size;
  /** True when the whole is cut to the picture. */
  readonly cut: boolean;
  readonly picture: Size;
  /** The variant; larger than the picture where it is padded. */
  readonly canvas: Size;
}

interface Wish {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly fit: Fit;
}

/**
 * Works out a variant. `cover`, `contain` and `fill` give exactly the size that was asked for when it names both sides;
 * a picture is enlarged by `cover` and `fill` alone, where its size could not be had otherwise.
 */
export function planVariant(source: Size, { width, height, fit }: Wish): VariantPlan {
  if (width === undefined || height === undefined) {
    return unpadded(fitted(source, { width: width ?? Infinity, height: height ?? Infinity }));
  }
  const box = { width, height };
  const across = width / source.width;
  const down = height / source.height;
  switch (fit) {
    case 'inside':
      return unpadded(fitted(source, box));
    case 'outside':
      return unpadded(scaled(source, Math.min(Math.max(across, down), 1)));
    case 'contain':
      return { ...unpadded(fitted(source, box)), canvas: box };
    case 'fill':
      return unpadded(box);
    case 'cover': {
      const scale = Math.max(across, down);
      const whole = { width: source.width * scale, height: source.height * scale };
      return { whole, cut: true, picture: box, canvas: box };
    }
  }
}

/**
 * The smallest size of the source from which every plan can be drawn without loss, never above the source's own.
 * Decoders are much quicker at a half, a quarter or an eighth of an image than at the whole.
 */
export function sizeToDecode(source: Size, plans: readonly VariantPlan[]): Size {
  const needs = plans.flatMap(({ whole }) => [whole.width / source.width, whole.height / source.height]);
  return scaled(source, Math.min(1, Math.max(...needs)));
}

function unpadded(size: Size): VariantPlan {
  return { whole: size, cut: false, picture: size, canvas: size };
}

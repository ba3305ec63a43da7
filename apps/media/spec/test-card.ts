import sharp, { type Sharp } from 'sharp';

/** The sides of a test card, in pixels. */
export const CARD = { width: 160, height: 100 } as const;

/** A picture in which every mistake shows: another colour in each corner, a ramp of grey, and an edge that leans. */
export function testCard(): Sharp {
  const { width, height } = CARD;
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) data.set(colourAt(x, y), (y * width + x) * 3);
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

type Colour = readonly [number, number, number];

/** By whether a pixel lies in the lower part, and in the right one. */
const CORNERS: readonly Colour[] = [
  [200, 60, 50],
  [60, 160, 70],
  [50, 80, 180],
  [220, 190, 60],
];

function colourAt(x: number, y: number): Colour {
  const isBeside = x < 50 || x >= 110;
  const isMiddle = y >= 35 && y < 65;
  const corner = isBeside && !isMiddle ? CORNERS[(y < 50 ? 0 : 2) + (x < 80 ? 0 : 1)] : undefined;
  if (corner !== undefined) return corner;
  if (isMiddle) return [x + 40, x + 40, x + 40];
  return x + y > 110 ? [235, 235, 235] : [40, 40, 40];
}

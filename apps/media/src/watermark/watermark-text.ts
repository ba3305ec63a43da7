import { fileURLToPath } from 'node:url';
import { type Size } from '../image-pool/image-size.js';
import { ImageProblem } from '../image-pool/image-problem.js';
import { sharp } from '../image-pool/safe-sharp.js';
import { type Mark } from './mark.js';

/** Comes with the app: a bare server has no fonts. What it has no glyph for is taken from the system's fonts, if any. */
const FONT_FILE = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'));
const FONT = 'DejaVu Sans Bold';
/** Glyphs are not drawn below this width, but made smaller afterwards: fonts have no shape at a few pixels. */
const MIN_DRAWN_WIDTH = 96;
/** The outline's share of the mark's height. */
const OUTLINE = 0.05;
/** Makes a solid outline, with a soft edge, of blurred letters. */
const HALO_GAIN = 5;

/**
 * Draws text in white with a dark outline, legible on any ground, as large as the room allows.
 * @throws ImageProblem `unusable_watermark` when the text has nothing to draw
 */
export async function textMark(text: string, room: Size): Promise<Mark> {
  const enlarged = Math.max(1, MIN_DRAWN_WIDTH / room.width);
  const drawn = { width: Math.ceil(room.width * enlarged), height: Math.ceil(room.height * enlarged) };
  const edge = Math.max(1, Math.round(drawn.height * OUTLINE));
  const inner = { width: Math.max(1, drawn.width - 2 * edge), height: Math.max(1, drawn.height - 2 * edge) };
  const mark = outlined(await glyphs(text, inner), edge);
  return enlarged === 1 ? mark : shrunk(await mark, room);
}

/** One byte a pixel: how much of it the text covers. */
interface Coverage extends Size {
  readonly data: Buffer;
}

async function glyphs(text: string, room: Size): Promise<Coverage> {
  try {
    const { data, info } = await sharp({
      text: { text: asMarkup(text), font: FONT, fontfile: FONT_FILE, ...room, wrap: 'word-char', align: 'centre' },
    })
      .extractChannel(0)
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  } catch (error) {
    throw new ImageProblem('unusable_watermark', 'The text of the watermark has no letters that can be drawn', {
      cause: error,
    });
  }
}

/** The renderer reads markup; nothing that a user writes is any, and control characters are spaces. */
function asMarkup(text: string): string {
  return text
    .replaceAll(/[^\P{Cc}\n]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

async function outlined({ data, width, height }: Coverage, edge: number): Promise<Mark> {
  const raw = { raw: { width, height, channels: 1 } } as const;
  const border = { top: edge, bottom: edge, left: edge, right: edge, background: '#000' };
  const padded = await sharp(data, raw).extend(border).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  const size = { width: padded.info.width, height: padded.info.height };
  const halo = await sharp(padded.data, { raw: { ...size, channels: 1 } })
    .blur(edge / 2)
    .linear(HALO_GAIN)
    .extractChannel(0)
    .raw()
    .toBuffer();
  return { ...size, rgba: whiteOnDark(padded.data, halo) };
}

function whiteOnDark(text: Buffer, halo: Buffer): Buffer {
  const rgba = Buffer.alloc(text.length * 4);
  for (const [pixel, cover] of text.entries()) {
    const alpha = Math.max(cover, halo[pixel] ?? 0);
    if (alpha === 0) continue;
    rgba.fill(Math.round((255 * cover) / alpha), pixel * 4, pixel * 4 + 3);
    rgba[pixel * 4 + 3] = alpha;
  }
  return rgba;
}

async function shrunk({ rgba, width, height }: Mark, room: Size): Promise<Mark> {
  const { data, info } = await sharp(rgba, { raw: { width, height, channels: 4 } })
    .resize({ ...room, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { rgba: data, width: info.width, height: info.height };
}

import PDFDocument from 'pdfkit';
import { Fonts } from './fonts.js';

/** A font of fontkit, as far as glyphs are embedded from it. */
interface GlyphFont {
  _glyphs: object;
  getGlyph(id: number): unknown;
}

/** What pdfkit keeps of a font that it has opened. */
interface FontOfPdfkit {
  readonly font: GlyphFont;
  /** What is embedded of it; one that every reader of PDF has is not embedded. */
  readonly subset?: { font: GlyphFont };
  layoutCache: object;
}

/** A document of pdfkit with our fonts. */
export class PdfPages extends PDFDocument {
  readonly fonts = new Fonts(this);
  /** Signs that no font has, as they were drawn up to now. */
  replacedSigns = 0;

  /** pdfkit keeps the layout of every word that it has drawn, which saves most of its work, and never lets one go. */
  forgetWords(): void {
    for (const font of this.#opened) font.layoutCache = {};
  }

  /** Embeds what is used of the fonts, and ends the document. */
  override end(): void {
    for (const { font, subset } of this.#opened) if (subset !== undefined) subset.font = keepingNoGlyphs(font);
    super.end();
  }

  get #opened(): readonly FontOfPdfkit[] {
    const { _fontFamilies } = this as unknown as { readonly _fontFamilies: Readonly<Record<string, FontOfPdfkit>> };
    return Object.values(_fontFamilies);
  }
}

/** The same font without its store of glyphs: to embed a glyph its outline is read, and that of a Chinese sign has some 12 KB. */
function keepingNoGlyphs(font: GlyphFont): GlyphFont {
  const other = Object.create(font) as GlyphFont;
  other.getGlyph = (id) => {
    other._glyphs = {};
    return font.getGlyph.call(other, id);
  };
  return other;
}

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type PDFKit from 'pdfkit';

const TTF = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');

/** The fonts of our documents; they have Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian and Georgian letters. */
export const FONTS = { plain: 'plain', bold: 'bold' } as const;
export type FontName = keyof typeof FONTS;

/** Makes our fonts known to a document; what is used of them is embedded. */
export function registerFonts(document: PDFKit.PDFDocument): void {
  document.registerFont(FONTS.plain, join(TTF, 'DejaVuSans.ttf'));
  document.registerFont(FONTS.bold, join(TTF, 'DejaVuSans-Bold.ttf'));
}

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type PDFKit from 'pdfkit';

/** How heavy letters are. */
export type Weight = 'plain' | 'bold';

/** A font in both weights. */
interface Font {
  readonly name: string;
  readonly files: Readonly<Record<Weight, string>>;
}

/** A font for signs that the first one lacks; it is loaded for the first of them. */
interface OtherFont extends Font {
  readonly signs: RegExp;
}

/** It has Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian, Georgian and Lao letters. */
const FIRST: Font = {
  name: 'first',
  files: inPackage('dejavu-fonts-ttf/package.json', { plain: 'ttf/DejaVuSans.ttf', bold: 'ttf/DejaVuSans-Bold.ttf' }),
};

const OTHERS: readonly OtherFont[] = [
  {
    name: 'han',
    signs:
      /[\p{Script_Extensions=Han}\p{Script_Extensions=Hiragana}\p{Script_Extensions=Katakana}\p{Script_Extensions=Bopomofo}\u3000-\u303F\uFE30-\uFE4F\uFF00-\uFFEF]/u,
    files: inPackage('@embedpdf/fonts-sc', {
      plain: '../fonts/NotoSansHans-Regular.otf',
      bold: '../fonts/NotoSansHans-Bold.otf',
    }),
  },
  {
    name: 'hangul',
    signs: /\p{Script_Extensions=Hangul}/u,
    files: inPackage('@embedpdf/fonts-kr', {
      plain: '../fonts/NotoSansKR-Regular.otf',
      bold: '../fonts/NotoSansKR-Bold.otf',
    }),
  },
  {
    name: 'devanagari',
    signs: /\p{Script_Extensions=Devanagari}/u,
    files: inPackage('@expo-google-fonts/noto-sans-devanagari/package.json', {
      plain: '400Regular/NotoSansDevanagari_400Regular.ttf',
      bold: '700Bold/NotoSansDevanagari_700Bold.ttf',
    }),
  },
  {
    name: 'thai',
    signs: /\p{Script=Thai}/u,
    files: inPackage('@expo-google-fonts/noto-sans-thai/package.json', {
      plain: '400Regular/NotoSansThai_400Regular.ttf',
      bold: '700Bold/NotoSansThai_700Bold.ttf',
    }),
  },
];

/** What pdfkit has opened of the font that is chosen. */
interface OpenedFont {
  readonly _font: { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } };
}

/** The fonts of a document, by what they have letters for. What is used of them is embedded. */
export class Fonts {
  readonly #known: Readonly<Record<Weight, Map<string, string | undefined>>> = { plain: new Map(), bold: new Map() };

  constructor(private readonly document: PDFKit.PDFDocument) {
    for (const { name, files } of [FIRST, ...OTHERS])
      for (const weight of ['plain', 'bold'] as const) document.registerFont(`${name} ${weight}`, files[weight]);
  }

  /** The font that letters of a weight stand in, where it has them. */
  first(weight: Weight): string {
    return `${FIRST.name} ${weight}`;
  }

  /** A font that has a sign; undefined when there is none. */
  of(sign: string, weight: Weight): string | undefined {
    const known = this.#known[weight];
    if (!known.has(sign)) known.set(sign, this.#find(sign, weight));
    return known.get(sign);
  }

  has(font: string, sign: string): boolean {
    const { _font: opened } = this.document.font(font) as unknown as OpenedFont;
    return opened.font.hasGlyphForCodePoint(sign.codePointAt(0) ?? 0);
  }

  #find(sign: string, weight: Weight): string | undefined {
    const others = OTHERS.filter(({ signs }) => signs.test(sign));
    return [FIRST, ...others].map(({ name }) => `${name} ${weight}`).find((font) => this.has(font, sign));
  }
}

/** The files of a package that lie beside one that can be resolved. */
function inPackage(resolvable: string, files: Font['files']): Font['files'] {
  const folder = dirname(createRequire(import.meta.url).resolve(resolvable));
  return { plain: join(folder, files.plain), bold: join(folder, files.bold) };
}

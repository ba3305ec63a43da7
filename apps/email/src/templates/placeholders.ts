import { Liquid, type Template as Parsed } from 'liquidjs';

/** A text with placeholders; gives the text with the data in their places. */
export type Filler = (scope: object) => string;

const LONGEST_RENDER_MS = 1_000;
/** What one mail may make its template build, in the engine's own count; about characters. */
const MOST_BUILT = 20_000_000;

const COMMON = {
  // An undefined placeholder is an error; whether something is there may be asked by {% if %}.
  ...{ strictVariables: true, strictFilters: true, lenientIf: true },
  // Data has the fields that it came with, and nothing of what JavaScript's objects inherit.
  ownPropertyOnly: true,
  // Partials are put together before; no placeholder reads a file.
  ...{ templates: {}, dynamicPartials: false },
  ...{ renderLimit: LONGEST_RENDER_MS, memoryLimit: MOST_BUILT },
} as const;

const ENGINES = {
  html: new Liquid({ ...COMMON, outputEscape: 'escape' }),
  text: new Liquid(COMMON),
} as const;

/**
 * Reads a text with Liquid's placeholders. The data is never read as a template, nor run; in HTML each value is escaped.
 * @throws Error of the engine, with the line
 */
export function filler(kind: keyof typeof ENGINES, text: string): Filler {
  const engine = ENGINES[kind];
  const parsed: Parsed[] = engine.parse(text);
  return (scope) => engine.renderSync(parsed, scope) as string;
}

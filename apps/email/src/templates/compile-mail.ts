import { convert } from 'html-to-text';
import { Engine, type ToHtmlResult } from 'mrml';
import { CONTENT, type TemplateSource } from './template-files.js';
import { TemplateError } from './template-error.js';

/** A mail with its placeholders still in it. */
export interface CompiledMail {
  readonly html: string;
  readonly text: string;
}

/**
 * Makes HTML for mail programs of a template's MJML, and the text part of that.
 * @throws TemplateError
 */
export function compileMail({ name, layout, partials, content }: TemplateSource): CompiledMail {
  const engine = new Engine();
  try {
    engine.setRenderOptions({ disableComments: true, socialIconOrigin: null, fonts: {} });
    engine.setParserOptions({ includeLoader: { type: 'memory', content: { ...partials, [CONTENT]: content } } });
    const html = htmlOf(name, engine.toHtml(layout));
    return { html, text: textOf(html) };
  } finally {
    engine.free();
  }
}

function htmlOf(name: string, result: ToHtmlResult): string {
  if (result.type === 'error') throw new TemplateError(name, `cannot be compiled: ${result.message}${placeOf(result)}`);
  const [warning] = result.warnings;
  if (warning !== undefined) throw new TemplateError(name, `has ${warning.kind} in ${shownOrigin(warning.origin)}`);
  // The compiler lets through what it does not know, and no mail program knows it either.
  const [, unknown] = /<(mj-[a-z-]+)/.exec(result.content) ?? [];
  if (unknown !== undefined) throw new TemplateError(name, `has <${unknown}> where MJML knows no such element`);
  return result.content;
}

function placeOf(result: Extract<ToHtmlResult, { type: 'error' }>): string {
  if (result.origin !== 'parser' || !('origin' in result.details)) return '';
  const source = 'source' in result.details ? `: ${result.details.source}` : '';
  return ` (${result.details.type} in ${shownOrigin(result.details.origin)}${source})`;
}

function shownOrigin(origin: { readonly type: 'root' } | { readonly type: 'include'; readonly path: string }): string {
  return origin.type === 'root' ? 'the layout' : origin.path;
}

/** Lines are left as long as they are: a break must not fall into a placeholder. */
function textOf(html: string): string {
  return convert(html, {
    wordwrap: false,
    selectors: [
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['( ', ' )'] } },
      { selector: 'img', format: 'skip' },
      { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
      { selector: 'td', format: 'inlineSurround', options: { suffix: ' ' } },
      // The preview line of the inbox.
      { selector: 'div[style*="display:none"]', format: 'skip' },
    ],
  });
}

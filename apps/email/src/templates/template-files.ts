import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TemplateError } from './template-error.js';

/** What stands in this place of a layout is the mail itself. */
export const CONTENT = 'content';
const LAYOUT = 'layout.mjml';
const PARTIALS = 'partials';
const MAIL = 'mail.mjml';
const ABOUT = 'mail.json';

/** A template as it was written. */
export interface TemplateSource {
  readonly name: string;
  /** MJML with a place for the content. */
  readonly layout: string;
  /** What layout and content may include, by path: `partials/footer.mjml`. */
  readonly partials: Readonly<Record<string, string>>;
  readonly content: string;
  /** JSON text. */
  readonly about: string;
}

/**
 * Reads the templates of some folders. A file of a later folder takes the place of an earlier one's, so a folder with a
 * `layout.mjml` alone gives every template another look.
 * @throws TemplateError when a folder cannot be read, or a template lacks a file
 */
export async function readTemplateFiles(folders: readonly string[]): Promise<readonly TemplateSource[]> {
  const texts = new Map<string, string>();
  for (const folder of folders) for (const [path, text] of await textsIn(folder)) texts.set(path, text);
  const layout = required(texts, LAYOUT);
  const partials = Object.fromEntries([...texts].filter(([path]) => path.startsWith(`${PARTIALS}/`)));
  const names = new Set([...texts.keys()].filter(isOfTemplate).map((path) => path.slice(0, path.lastIndexOf('/'))));
  return [...names].sort().map((name) => {
    return {
      ...{ name, layout, partials },
      content: required(texts, `${name}/${MAIL}`),
      about: required(texts, `${name}/${ABOUT}`),
    };
  });
}

function isOfTemplate(path: string): boolean {
  return path.endsWith(`/${MAIL}`) || path.endsWith(`/${ABOUT}`);
}

async function textsIn(folder: string): Promise<readonly (readonly [path: string, text: string])[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && /\.(?:mjml|json)$/.test(entry.name));
    const paths = files.map(({ parentPath, name }) =>
      parentPath === folder ? name : `${basename(parentPath)}/${name}`,
    );
    return await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const));
  } catch (error) {
    throw new TemplateError(folder, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function required(texts: ReadonlyMap<string, string>, path: string): string {
  const text = texts.get(path);
  if (text === undefined) throw new TemplateError(path, 'is missing; docs/email.md tells what a template is made of');
  return text;
}

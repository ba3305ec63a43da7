import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PermanentError } from '#libs/consumer';
import { Template } from './template.js';
import { readTemplateFiles } from './template-files.js';

const SHIPPED = join('apps', 'email', 'templates');

/** Every template of this process. */
export class Templates {
  readonly #byName: ReadonlyMap<string, Template>;

  private constructor(templates: readonly Template[]) {
    this.#byName = new Map(templates.map((template) => [template.name, template]));
  }

  /**
   * Compiles the templates that the app brings, and those of a folder of the operator's, which come before them.
   * @throws TemplateError
   */
  static async open(folder: string | null): Promise<Templates> {
    const shipped = shippedFolder();
    const sources = await readTemplateFiles(folder === null ? [shipped] : [shipped, folder]);
    return new Templates(await Promise.all(sources.map((source) => Template.compile(source))));
  }

  /** In alphabetical order. */
  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** @throws PermanentError `unknown_template` */
  get(name: string): Template {
    const template = this.#byName.get(name);
    if (template !== undefined) return template;
    const message = `There is no template ${JSON.stringify(name)}; there are ${this.names.join(', ')}.`;
    throw new PermanentError('unknown_template', message);
  }
}

/** Beside the package's manifest, whether this file runs built or as it was written. */
function shippedFolder(folder = import.meta.dirname): string {
  return existsSync(join(folder, 'package.json')) ? join(folder, SHIPPED) : shippedFolder(dirname(folder));
}

import { isRecord } from '#libs/contracts';
import { type FieldError } from '../http/problem.js';
import { type Placeholder, readTemplate, written } from './template.js';

const MAX_ERRORS = 20;

/** What the texts of a JSON value hold. */
export interface PlaceholderCheck {
  /** Whether there is any placeholder, or a literal `{{`: without one the value is its own result. */
  readonly some: boolean;
  readonly errors: readonly FieldError[];
}

/**
 * Looks at every text of a JSON value, at any depth, as `TemplatePart` says it is read; names of fields are no templates.
 * Whether the values will be there is seen only when they are filled in.
 * @param path of the value, for the paths of errors
 * @param roots the names that a placeholder may begin with
 */
export function checkPlaceholders(value: unknown, path: string, roots: readonly string[]): PlaceholderCheck {
  const check = new Check(roots);
  check.look(value, path);
  return check;
}

class Check implements PlaceholderCheck {
  some = false;
  readonly errors: FieldError[] = [];

  constructor(private readonly roots: readonly string[]) {}

  look(value: unknown, path: string): void {
    if (this.errors.length >= MAX_ERRORS) return;
    if (typeof value === 'string') this.#lookAtText(value, path);
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) this.look(item, `${path}.${index}`);
    else if (isRecord(value)) for (const [name, inner] of Object.entries(value)) this.look(inner, `${path}.${name}`);
  }

  #lookAtText(text: string, path: string): void {
    if (!text.includes('{{')) return;
    this.some = true;
    const template = readTemplate(text);
    if (!template.ok) this.errors.push({ path, message: template.message });
    else for (const part of template.parts) if (typeof part !== 'string') this.#lookAtRoot(part, path);
  }

  #lookAtRoot(placeholder: Placeholder, path: string): void {
    if (this.roots.includes(placeholder[0])) return;
    this.errors.push({
      path,
      message: `has ${written(placeholder)}, which must begin with ${this.roots.join(' or ')}`,
    });
  }
}

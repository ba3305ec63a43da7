import { UndefinedVariableError } from 'liquidjs';
import { PermanentError } from '#libs/consumer';
import { type AboutTemplate, readAbout, type Schema } from './about-template.js';
import { compileMail } from './compile-mail.js';
import { type Filler, filler } from './placeholders.js';
import { TemplateError } from './template-error.js';
import { type TemplateSource } from './template-files.js';

/** What a mail says, ready to be sent. */
export interface FilledMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** What a mail knows beside its data; its template has it under `mail`. */
export interface MailFacts {
  /** The subject line that was given for it. @default the template's own */
  readonly subject?: string | undefined;
  readonly sender: string;
  readonly unsubscribeUrl?: string | undefined;
}

/** A template that was compiled once and is filled for each mail. */
export class Template {
  private constructor(
    readonly name: string,
    private readonly about: AboutTemplate,
    private readonly fillers: Readonly<Record<keyof FilledMail, Filler>>,
  ) {}

  /** @throws TemplateError */
  static async compile(source: TemplateSource): Promise<Template> {
    const about = await readAbout(`${source.name}/mail.json`, source.about);
    const { html, text } = compileMail(source);
    const read = (kind: 'html' | 'text', content: string): Filler => {
      try {
        return filler(kind, content);
      } catch (error) {
        throw new TemplateError(source.name, `has a placeholder that cannot be read: ${(error as Error).message}`);
      }
    };
    const fillers = { subject: read('text', about.subject), html: read('html', html), text: read('text', text) };
    return new Template(source.name, about, fillers);
  }

  /** JSON Schema of the data that it needs. */
  get dataSchema(): Schema {
    return this.about.data;
  }

  /** Data that it can be looked at with. */
  get preview(): Readonly<Record<string, unknown>> {
    return this.about.preview;
  }

  /** What is missing or wrong in a mail's data, by path: `data.name is required`. */
  problemsOf(data: unknown): readonly string[] {
    return this.about.problemsOf(data);
  }

  /**
   * Puts a mail's data in. Values are escaped in HTML, and a subject stays one line whatever they hold.
   * @throws PermanentError `invalid_template_data`, which names the fields
   */
  fill(data: Readonly<Record<string, unknown>>, facts: MailFacts): FilledMail {
    const problems = this.problemsOf(data);
    if (problems.length > 0) throw this.#unfit(problems.join('; '));
    try {
      const subject = facts.subject ?? oneLine(this.fillers.subject({ ...data, mail: facts }));
      const scope = { ...data, mail: { ...facts, subject } };
      return { subject, html: this.fillers.html(scope), text: tidy(this.fillers.text(scope)) };
    } catch (error) {
      if (error instanceof UndefinedVariableError) throw this.#unfit(error.message);
      throw error;
    }
  }

  #unfit(problems: string): PermanentError {
    return new PermanentError('invalid_template_data', `The template ${this.name} cannot be filled: ${problems}.`);
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}

/** Lines that a condition or a loop has left empty go. */
function tidy(text: string): string {
  return `${text
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

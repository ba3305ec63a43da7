import { type ValidateFunction } from 'ajv/dist/2020.js';
import { isRecord } from '#libs/contracts';
import { TemplateError } from './template-error.js';

/** JSON Schema, draft 2020-12. */
export type Schema = Readonly<Record<string, unknown>>;

/** What `mail.json` says of a template. */
export interface AboutTemplate {
  /** A line with placeholders. */
  readonly subject: string;
  /** Of the data that a mail must bring. */
  readonly data: Schema;
  /** Data that the template can be looked at with. */
  readonly preview: Readonly<Record<string, unknown>>;
  /** What is wrong with a mail's data, by path: `data.name is required`. */
  readonly problemsOf: (data: unknown) => readonly string[];
}

const FORM = '{ "subject", "data": a JSON Schema of type "object", "preview": data that fits it }';

/**
 * Reads a `mail.json`.
 * @param place its path, for messages
 * @throws TemplateError
 */
export async function readAbout(place: string, text: string): Promise<AboutTemplate> {
  const { subject, data, preview } = parsed(place, text);
  const fits = typeof subject === 'string' && isRecord(data) && data['type'] === 'object' && isRecord(preview);
  if (!fits) throw new TemplateError(place, `must be ${FORM}`);
  // The gateway has it as a part of the task's schema, where a reference would lead somewhere else.
  if (JSON.stringify(data).includes('"$ref"')) throw new TemplateError(place, 'has a schema with $ref; write it out');
  const problemsOf = await dataCheck(place, data);
  const problems = problemsOf(preview);
  if (problems.length > 0) throw new TemplateError(place, `has a preview that does not fit: ${problems.join('; ')}`);
  return { subject, data, preview, problemsOf };
}

function parsed(place: string, text: string): Schema {
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : {};
  } catch (error) {
    throw new TemplateError(place, `is no JSON: ${(error as Error).message}`);
  }
}

// Loaded here, as the check of a task's example loads it: no app pays for it before it starts.
async function dataCheck(place: string, schema: Schema): Promise<AboutTemplate['problemsOf']> {
  const [{ Ajv2020 }, { default: formats }] = await Promise.all([import('ajv/dist/2020.js'), import('ajv-formats')]);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  try {
    const check: ValidateFunction = ajv.compile(schema);
    return (data) => (check(data) ? [] : problems(check.errors ?? []));
  } catch (error) {
    throw new TemplateError(place, `has a schema that cannot be used: ${(error as Error).message}`);
  }
}

function problems(errors: NonNullable<ValidateFunction['errors']>): string[] {
  return errors.map(({ instancePath, message = 'is invalid', keyword, params }) => {
    const path = `data${instancePath.replaceAll('/', '.')}`;
    return keyword === 'required' ? `${path}.${String(params['missingProperty'])} is required` : `${path} ${message}`;
  });
}

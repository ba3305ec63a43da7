import { type Type } from '@nestjs/common';
import { checkPayload } from './payload-check.js';

/** What is wrong with a task's example, by its class and by the schema that the gateway gets. */
export async function exampleProblems(
  payload: Type<object>,
  schema: Readonly<Record<string, unknown>>,
  example: unknown,
): Promise<readonly string[]> {
  const checked = await checkPayload(payload, example);
  return [...(checked.ok ? [] : [checked.reason]), ...(await schemaProblems(schema, example))];
}

// Loaded when needed: it is used once, at start.
async function schemaProblems(schema: Readonly<Record<string, unknown>>, example: unknown): Promise<string[]> {
  const [{ Ajv2020 }, { default: formats }] = await Promise.all([import('ajv/dist/2020.js'), import('ajv-formats')]);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const check = ajv.compile(schema);
  if (check(example)) return [];
  return (check.errors ?? []).map(({ instancePath, message }) => {
    const path = `payload${instancePath.replaceAll('/', '.')}`;
    return `by its JSON Schema, ${path} ${message ?? 'is not valid'}.`;
  });
}

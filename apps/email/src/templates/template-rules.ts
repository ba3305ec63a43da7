import { type Schema } from './about-template.js';
import { type Templates } from './templates.js';

/** JSON Schema of a payload with a `template`: there is one of this name. */
export function namesTemplate(templates: Templates): Schema {
  return { properties: { template: { enum: templates.names } } };
}

/** JSON Schema of a payload with `template` and `data`: there is such a template, and the data is what it needs. */
export function fitsTemplate(templates: Templates): Schema {
  const rules = templates.names.map((name) => {
    const { dataSchema } = templates.get(name);
    return {
      if: { properties: { template: { const: name } }, required: ['template'] },
      then: { properties: { data: dataSchema }, ...(needsData(dataSchema) ? { required: ['data'] } : {}) },
    };
  });
  return { ...namesTemplate(templates), allOf: rules };
}

function needsData({ required }: Schema): boolean {
  return Array.isArray(required) && required.length > 0;
}

import { isRecord } from '#libs/contracts';
import { type Task } from '../index.js';
import { comment, indented, propertyName, schemaType } from './schema-type.js';

/** What of a task its types are made of. */
export type DescribedTask = Pick<Task, 'name' | 'description' | 'schema'>;

/** A declaration file that tells the client's types about tasks and their payloads. */
export function taskTypes(tasks: readonly DescribedTask[]): string {
  const types = tasks.map((task) => ({ task, typeName: pascalCase(task.name) }));
  const taken = new Set(types.map(({ typeName }) => typeName));
  const declarations = types.flatMap(({ task, typeName }) => declarationsOf(task, typeName, taken));
  const fields = types.flatMap(({ task, typeName }) =>
    namesOf(task, tasks).map((name) => `${comment(task.description)}${propertyName(name)}: ${typeName};`),
  );
  return [
    '// Made by `npx leveret-sdk types` of the tasks that the gateway knows. Make it anew when they have changed.',
    "import 'leveret-sdk';",
    ...declarations,
    `declare module 'leveret-sdk' {\n  interface TaskPayloads {\n${indented(indented(fields.join('\n')))}\n  }\n}`,
    '',
  ]
    .join('\n\n')
    .replace(/\n\n$/, '\n');
}

/** The type of a task's payload, and those of the definitions that it refers to. */
function declarationsOf({ name, schema }: DescribedTask, typeName: string, taken: Set<string>): string[] {
  const definitions = ['$defs', 'definitions'].flatMap((place) => {
    const { [place]: found } = schema;
    return Object.entries(isRecord(found) ? found : {}).map(([key, definition]) => ({
      reference: `#/${place}/${key}`,
      typeName: freeName(`${typeName}${pascalCase(key)}`, taken),
      definition,
    }));
  });
  const names = new Map([['#', typeName], ...definitions.map((one) => [one.reference, one.typeName] as const)]);
  return [
    `/** The payload of \`${name}\`. */\nexport type ${typeName} = ${schemaType(schema, names)};`,
    ...definitions.map((one) => {
      const about = isRecord(one.definition) ? comment(one.definition['description']) : '';
      return `${about}export type ${one.typeName} = ${schemaType(one.definition, names)};`;
    }),
  ];
}

/** The full name, and the bare one where one domain alone has it. */
function namesOf({ name }: DescribedTask, tasks: readonly DescribedTask[]): string[] {
  const bare = bareName(name);
  const isAlone = tasks.filter((other) => bareName(other.name) === bare).length === 1;
  return isAlone ? [name, bare] : [name];
}

function bareName(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

function pascalCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const joined = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(joined) ? joined : `Type${joined}`;
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}${number}`;
  taken.add(name);
  return name;
}

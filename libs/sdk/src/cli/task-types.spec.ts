import { describe, expect, it } from '@jest/globals';
import { schemaType } from './schema-type.js';
import { taskTypes } from './task-types.js';

const type = (schema: unknown, names: ReadonlyMap<string, string> = new Map()): string => schemaType(schema, names);

describe('the type of a JSON Schema', () => {
  it.each([
    [{ type: 'string', minLength: 1 }, 'string'],
    [{ type: 'integer' }, 'number'],
    [{ type: ['boolean', 'null'] }, 'boolean | null'],
    [{ enum: ['a', 1, null] }, '"a" | 1 | null'],
    [{ const: 'it\'s "it"' }, '"it\'s \\"it\\""'],
    [{ type: 'array', items: { type: 'string' } }, 'readonly string[]'],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, 'readonly ("a" | "b")[]'],
    [{ items: { type: 'array', items: {} } }, 'readonly (readonly unknown[])[]'],
    [{ prefixItems: [{ type: 'string' }], items: false, type: 'array' }, 'readonly [string?]'],
    [{ prefixItems: [{ type: 'string' }], type: 'array' }, 'readonly [string?, ...unknown[]]'],
    [{ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }, 'string | readonly string[]'],
    [{ allOf: [{ $ref: '#/$defs/A' }, { $ref: '#/$defs/B' }] }, 'A & B'],
    [{ $ref: 'https://elsewhere/schema' }, 'unknown'],
    [{ type: 'object' }, 'Readonly<Record<string, unknown>>'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, 'Readonly<Record<string, number>>'],
    [{ type: 'object', additionalProperties: false, properties: {} }, 'Record<string, never>'],
    [{}, 'unknown'],
    [true, 'unknown'],
    [false, 'never'],
    [null, 'unknown'],
  ])('of %j is %s', (schema, expected) => {
    const names = new Map([
      ['#/$defs/A', 'A'],
      ['#/$defs/B', 'B'],
    ]);
    expect(type(schema, names)).toBe(expected);
  });

  it('has the fields of an object, with what is said of them', () => {
    const schema = {
      type: 'object',
      required: ['to-whom'],
      properties: {
        'to-whom': { type: 'string', description: 'A mailbox. */ alert(1)' },
        kind: { enum: ['a', 'b'], description: 'One\nof two' },
        options: { type: 'object', properties: { deep: { type: 'boolean' } } },
      },
      // What is required of fields is no matter of types.
      anyOf: [{ required: ['kind'] }, { required: ['options'] }],
    };
    expect(type(schema)).toBe(
      [
        '{',
        '  /** A mailbox. *\\/ alert(1) */',
        '  readonly "to-whom": string;',
        '  /**',
        '   * One',
        '   * of two',
        '   */',
        '  readonly kind?: "a" | "b";',
        '  readonly options?: {',
        '    readonly deep?: boolean;',
        '  };',
        '}',
      ].join('\n'),
    );
  });

  it('keeps a choice between objects together with the fields that they share', () => {
    const one = (name: string): object => ({
      type: 'object',
      required: [name],
      properties: { [name]: { type: 'string' } },
    });
    const schema = { type: 'object', properties: { shared: { type: 'number' } }, oneOf: [one('text'), one('html')] };
    expect(type(schema).replaceAll(/\s+/g, ' ')).toBe(
      '{ readonly shared?: number; } & ({ readonly text: string; } | { readonly html: string; })',
    );
  });
});

describe('the types of tasks', () => {
  const schema = {
    type: 'object',
    properties: { tree: { $ref: '#/$defs/Node' } },
    $defs: {
      Node: { type: 'object', properties: { children: { type: 'array', items: { $ref: '#/$defs/Node' } } } },
    },
  };

  it('have every task by its name, and by its bare name where that is enough', () => {
    const tasks = ['media.scale', 'docs.scale', 'email.send-bulk'].map((name) => ({ name, description: '', schema }));
    const text = taskTypes(tasks);
    expect(text).toContain("declare module 'leveret-sdk'");
    expect([...text.matchAll(/^ {4}(.*);$/gm)].map(([, field]) => field)).toEqual([
      '"media.scale": MediaScale',
      '"docs.scale": DocsScale',
      '"email.send-bulk": EmailSendBulk',
      '"send-bulk": EmailSendBulk',
    ]);
  });

  it('name what is referred to, however often it contains itself', () => {
    const text = taskTypes([{ name: 'media.scale', description: 'Scales.', schema }]);
    expect(text).toContain('export type MediaScale = {\n  readonly tree?: MediaScaleNode;\n};');
    expect(text).toContain('export type MediaScaleNode = {\n  readonly children?: readonly MediaScaleNode[];\n};');
    expect(text).toContain(
      '    /** Scales. */\n    "media.scale": MediaScale;\n    /** Scales. */\n    scale: MediaScale;',
    );
  });

  it('keep names of their own', () => {
    const text = taskTypes([
      { name: 'media.scale', description: '', schema },
      { name: 'media.scale-node', description: '', schema: {} },
    ]);
    expect([...text.matchAll(/^export type (\w+)/gm)].map(([, name]) => name)).toEqual([
      'MediaScale',
      'MediaScaleNode2',
      'MediaScaleNode',
    ]);
  });
});

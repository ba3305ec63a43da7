import { DIALECTS, SECTION_KINDS, VALUE_TYPES, type Column, type NamedSql, type ReportSection } from './catalog.js';

/** The file as an operator writes it, checked by {@link CATALOG_SCHEMA}. */
export interface CatalogFile {
  readonly databases?: Readonly<Record<string, { readonly url?: string }>>;
  readonly datasets?: Readonly<Record<string, WrittenDataset>>;
  readonly reports?: Readonly<Record<string, WrittenReport>>;
  readonly statements?: Readonly<Record<string, WrittenStatement>>;
}

interface WrittenEntry {
  readonly database: string;
  readonly description?: string;
  readonly tenants?: readonly string[];
  readonly params?: NamedSql['params'];
}

/** Columns by name, each as its type alone or with a title. */
export type WrittenColumns = Readonly<
  Record<string, Column['type'] | { readonly type: Column['type']; readonly title?: string }>
>;

export interface WrittenDataset extends WrittenEntry {
  readonly sql: string;
  readonly columns: WrittenColumns;
  readonly import?: WrittenImport;
  readonly limits?: { readonly rows?: number; readonly bytes?: number };
}

export interface WrittenImport {
  readonly table: string;
  readonly key?: readonly string[];
  readonly required?: readonly string[];
  readonly tenantColumn?: string;
}

export interface WrittenReport extends WrittenEntry {
  readonly title: string;
  readonly sections: readonly (Pick<ReportSection, 'title' | 'kind' | 'sql'> & { readonly columns: WrittenColumns })[];
}

export interface WrittenStatement extends WrittenEntry {
  readonly sql: string;
  readonly repeat?: boolean;
}

const TEXT = { type: 'string', minLength: 1 } as const;
const NAME = '^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$';
const IDENTIFIER = '^[A-Za-z_][A-Za-z0-9_$]*$';
const COUNT = { type: 'integer', minimum: 1 } as const;
const IDENTIFIERS = { type: 'array', uniqueItems: true, items: { type: 'string', pattern: IDENTIFIER } } as const;

function closed(properties: object, required: readonly string[] = []): object {
  return { type: 'object', additionalProperties: false, properties, required };
}

function byName(pattern: string, entry: object): object {
  return { type: 'object', propertyNames: { pattern }, additionalProperties: entry };
}

const TYPE = { enum: VALUE_TYPES } as const;
const COLUMNS = {
  ...byName('^.{1,63}$', { if: { type: 'string' }, then: TYPE, else: closed({ type: TYPE, title: TEXT }, ['type']) }),
  minProperties: 1,
};
const PARAMS = byName(
  IDENTIFIER,
  closed(
    {
      type: { enum: VALUE_TYPES.filter((type) => type !== 'json') },
      default: { type: ['string', 'number', 'boolean', 'null'] },
      values: { type: 'array', minItems: 1, items: { type: ['string', 'number'] } },
      description: TEXT,
    },
    ['type'],
  ),
);
const ENTRY = {
  database: TEXT,
  description: TEXT,
  tenants: { type: 'array', items: TEXT },
  params: PARAMS,
} as const;
const IMPORT = closed(
  {
    table: { type: 'string', pattern: `${IDENTIFIER.slice(0, -1)}(?:\\.${IDENTIFIER.slice(1, -1)})?$` },
    key: IDENTIFIERS,
    required: IDENTIFIERS,
    tenantColumn: { type: 'string', pattern: IDENTIFIER },
  },
  ['table'],
);
const SECTION = closed({ title: TEXT, kind: { enum: SECTION_KINDS }, sql: TEXT, columns: COLUMNS }, [
  'title',
  'kind',
  'sql',
  'columns',
]);

/** JSON Schema of the file of datasets. */
export const CATALOG_SCHEMA = closed({
  databases: byName(
    NAME,
    closed({ url: { type: 'string', pattern: `^(?:${DIALECTS.join('|')}|postgresql|mariadb)://` } }),
  ),
  datasets: byName(
    NAME,
    closed({ ...ENTRY, sql: TEXT, columns: COLUMNS, import: IMPORT, limits: closed({ rows: COUNT, bytes: COUNT }) }, [
      'database',
      'sql',
      'columns',
    ]),
  ),
  reports: byName(
    NAME,
    closed({ ...ENTRY, title: TEXT, sections: { type: 'array', minItems: 1, items: SECTION } }, [
      'database',
      'title',
      'sections',
    ]),
  ),
  statements: byName(NAME, closed({ ...ENTRY, sql: TEXT, repeat: { type: 'boolean' } }, ['database', 'sql'])),
});

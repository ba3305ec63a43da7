import { type Pagination, type Resource, type ValuePath } from './resource.js';
import { closed, NAME, oneOfTypes, TEXT, type TypeFields } from './schema-parts.js';

/** A resource as an operator writes it. */
export interface WrittenResource {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly rows?: string;
  readonly columns: Readonly<Record<string, string>>;
  readonly pagination?: WrittenPagination;
  readonly deleted?: string;
  readonly since?: { readonly param: string; readonly from: string };
}

type WrittenPagination =
  | { readonly type: 'cursor'; readonly param: string; readonly next: string }
  | { readonly type: 'page'; readonly param: string; readonly first?: number }
  | { readonly type: 'link' };

const VALUE_PATH = { type: 'string', pattern: '^[^.]+(?:\\.[^.]+)*$' } as const;

const PAGINATION_FIELDS: Readonly<Record<WrittenPagination['type'], TypeFields>> = {
  cursor: { required: ['param', 'next'], optional: [] },
  page: { required: ['param'], optional: ['first'] },
  link: { required: [], optional: [] },
};
const PAGINATION = oneOfTypes(PAGINATION_FIELDS, {
  ...{ param: TEXT, next: VALUE_PATH, first: { type: 'integer', minimum: 0 } },
});

/** JSON Schema of the `resources` of a connection. */
export const RESOURCES_SCHEMA = {
  type: 'object',
  propertyNames: { pattern: NAME },
  additionalProperties: closed(
    {
      path: { type: 'string', pattern: '^/' },
      query: { type: 'object', additionalProperties: { type: 'string' } },
      rows: VALUE_PATH,
      columns: { type: 'object', minProperties: 1, additionalProperties: VALUE_PATH },
      pagination: PAGINATION,
      deleted: VALUE_PATH,
      since: closed({ param: TEXT, from: VALUE_PATH }, ['param', 'from']),
    },
    ['path', 'columns'],
  ),
};

/** The resources of a connection, by their names. */
export function resourcesOf(written: Readonly<Record<string, WrittenResource>> = {}): ReadonlyMap<string, Resource> {
  return new Map(Object.entries(written).map(([name, resource]) => [name, resourceOf(resource)]));
}

function resourceOf({ path, query = {}, rows, columns, pagination, deleted, since }: WrittenResource): Resource {
  return {
    ...{ path, query, rows: rows === undefined ? [] : pathOf(rows) },
    columns: new Map(Object.entries(columns).map(([column, from]) => [column, pathOf(from)])),
    pagination: paginationOf(pagination ?? { type: 'link' }),
    deleted: deleted === undefined ? null : pathOf(deleted),
    since: since === undefined ? null : { param: since.param, from: pathOf(since.from) },
  };
}

function paginationOf(written: WrittenPagination): Pagination {
  switch (written.type) {
    case 'cursor':
      return { ...written, next: pathOf(written.next) };
    case 'page':
      return { ...written, first: written.first ?? 1 };
    case 'link':
      return written;
  }
}

function pathOf(text: string): ValuePath {
  return text.split('.');
}

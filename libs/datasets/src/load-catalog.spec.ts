import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ConfigError } from '#libs/config';
import { type Catalog } from './catalog.js';
import { loadCatalog } from './load-catalog.js';

const GOOD = `
databases:
  shop: { url: postgres://reader@127.0.0.1/shop }
  crm: {}
datasets:
  people:
    database: shop
    sql: |
      select id, placed_at from people where country = :country and tenant = :tenant
    params: { country: { type: text, default: GB } }
    columns: { id: { type: integer, title: Number }, placed_at: timestamp }
    tenants: [acme]
    import: { table: shop.people, key: [id] }
reports:
  daily:
    title: Day by day
    database: crm
    sections:
      - { title: Sales, kind: bar, sql: 'select d, s from x where d between :from and :to', columns: { d: date, s: decimal } }
statements:
  clean: { database: crm, sql: delete from x where old limit 100 }
`;

describe('loadCatalog', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'leveret-catalog-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function load(text: string): Catalog {
    const file = join(folder, 'datasets.yaml');
    writeFileSync(file, text);
    return loadCatalog({ file, databaseUrls: new Map([['crm', 'mysql://reader@127.0.0.1/crm']]) });
  }

  function problemsOf(text: string): readonly string[] {
    try {
      load(text);
      return [];
    } catch (error) {
      return (error as ConfigError).problems.map(({ message }) => message.replace(/^.*datasets\.yaml: /, ''));
    }
  }

  it('reads datasets, reports and statements, with titles made of names', () => {
    const catalog = load(GOOD);
    expect(catalog.dataset('people', 'acme')).toMatchObject({
      database: { name: 'shop', dialect: 'postgres', url: 'postgres://reader@127.0.0.1/shop' },
      columns: [
        { name: 'id', type: 'integer', title: 'Number' },
        { name: 'placed_at', type: 'timestamp', title: 'Placed at' },
      ],
      import: { table: 'shop.people', key: ['id'], required: ['id'] },
    });
    expect(catalog.report('daily', 'any').database).toEqual({
      name: 'crm',
      dialect: 'mysql',
      url: 'mysql://reader@127.0.0.1/crm',
    });
    expect(catalog.statement('clean', 'any').repeat).toBe(true);
  });

  it('hides what a tenant may not use, and says what there is', () => {
    const catalog = load(GOOD);
    expect(() => catalog.dataset('people', 'globex')).toThrow('There is no dataset "people". There are: none.');
    expect(() => catalog.dataset('peopel', 'acme')).toThrow('Did you mean people?');
  });

  it('has nothing without a file', () => {
    expect(() => loadCatalog(null).dataset('people', 'acme')).toThrow('There are: none.');
  });

  it.each([
    ['people.columns.id.type: must be equal to one of the allowed values', GOOD.replace('type: integer', 'type: int')],
    ['people.colunms: is unknown', GOOD.replace('columns: { id', 'colunms: { id')],
    ["people: must have required property 'columns'", GOOD.replace('columns: { id', 'colunms: { id')],
    ['people.sql: :land is no parameter of it', GOOD.replace(':country', ':land')],
    ['people.database: shp is none of the databases (shop, crm)', GOOD.replace('database: shop', 'database: shp')],
    ['people.params.country.default: is no integer', GOOD.replace('type: text', 'type: integer')],
    [
      'people.params.country.default: is none of its values',
      GOOD.replace('default: GB', 'default: GB, values: [DE, FR]'),
    ],
    [
      'people.import.tenantColumn: is filled by Leveret itself; take id out of the columns',
      GOOD.replace('key: [id]', 'key: [id], tenantColumn: id'),
    ],
    ['people.import.key: nr is no column of the dataset', GOOD.replace('key: [id]', 'key: [nr]')],
    [
      'databases.new: has no url, and DATASETS_DATABASES has none for it',
      GOOD.replace('crm: {}', 'crm: {}\n  new: {}'),
    ],
    ['datasets.People: property name must be valid', GOOD.replace('  people:', '  People:')],
    ['sections.0.sql: :until is no parameter of it', GOOD.replace(':to', ':until')],
    ['is no YAML', 'a: [1'],
  ])('refuses a file and says %s', (said, text) => {
    expect(problemsOf(text)).toContainEqual(expect.stringContaining(said));
  });

  it('refuses a file that is not there', () => {
    expect(() => loadCatalog({ file: join(folder, 'none.yaml'), databaseUrls: new Map() })).toThrow(
      /cannot be read \(ENOENT\)/,
    );
  });
});

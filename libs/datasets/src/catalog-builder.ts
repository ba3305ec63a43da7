import {
  Catalog,
  type Column,
  type Dataset,
  type ImportTarget,
  type NamedSql,
  type Parameter,
  type Report,
  type Statement,
  type UserDatabase,
} from './catalog.js';
import {
  type CatalogFile,
  type WrittenColumns,
  type WrittenDataset,
  type WrittenImport,
  type WrittenReport,
  type WrittenStatement,
} from './catalog-schema.js';
import { parameterNames } from './named-parameters.js';
import { OWN_TYPES, type OwnName } from './parameter-values.js';
import { storedForm } from './value-check.js';

/** What Leveret itself gives to an SQL text. */
const OWN_PARAMS: Readonly<Record<'every' | 'report', readonly string[]>> = {
  every: ['tenant'] satisfies OwnName[],
  report: Object.keys(OWN_TYPES),
};

const DEFAULT_LIMITS = { rows: 10_000_000, bytes: 10 * 2 ** 30 } as const;
const NOWHERE: UserDatabase = { name: '', url: 'postgres://nowhere', dialect: 'postgres' };

/** Makes the catalogue of a file whose form is right, and notes what in it does not fit together. */
export class CatalogBuilder {
  readonly problems: string[] = [];

  constructor(private readonly databases: ReadonlyMap<string, UserDatabase>) {}

  build({ datasets = {}, reports = {}, statements = {} }: CatalogFile): Catalog {
    return new Catalog({
      datasets: Object.entries(datasets).map(([name, written]) => this.#dataset(name, written)),
      reports: Object.entries(reports).map(([name, written]) => this.#report(name, written)),
      statements: Object.entries(statements).map(([name, written]) => this.#statement(name, written)),
    });
  }

  #dataset(name: string, written: WrittenDataset): Dataset {
    const path = `datasets.${name}`;
    const columns = columnsOf(written.columns);
    const entry = { ...this.#common(path, name, written), sql: written.sql, columns };
    this.#checkSql(path, { ...entry, database: entry.database }, OWN_PARAMS.every);
    return {
      ...entry,
      import: written.import === undefined ? null : this.#import(`${path}.import`, written.import, columns),
      limits: { ...DEFAULT_LIMITS, ...written.limits },
    };
  }

  #import(path: string, written: WrittenImport, columns: readonly Column[]): ImportTarget {
    const { table, key = [], required = key, tenantColumn = null } = written;
    for (const [field, names] of Object.entries({ key, required })) {
      const strange = names.filter((name) => !columns.some((column) => column.name === name));
      if (strange.length > 0) this.problems.push(`${path}.${field}: ${strange.join(', ')} is no column of the dataset`);
    }
    if (columns.some(({ name }) => name === tenantColumn))
      this.problems.push(`${path}.tenantColumn: is filled by Leveret itself; take ${tenantColumn} out of the columns`);
    return { table, key, required, tenantColumn };
  }

  #report(name: string, written: WrittenReport): Report {
    const path = `reports.${name}`;
    const entry = this.#common(path, name, written);
    const sections = written.sections.map((section) => ({ ...section, columns: columnsOf(section.columns) }));
    for (const [index, { sql }] of sections.entries()) {
      this.#checkSql(`${path}.sections.${index}`, { ...entry, sql }, OWN_PARAMS.report);
    }
    return { ...entry, title: written.title, sections };
  }

  #statement(name: string, written: WrittenStatement): Statement {
    const path = `statements.${name}`;
    const entry = { ...this.#common(path, name, written), sql: written.sql };
    this.#checkSql(path, entry, OWN_PARAMS.every);
    return { ...entry, repeat: written.repeat ?? true };
  }

  #common(
    path: string,
    name: string,
    written: WrittenDataset | WrittenReport | WrittenStatement,
  ): Omit<Statement, 'sql' | 'repeat'> {
    const database = this.databases.get(written.database);
    if (database === undefined) {
      const known = [...this.databases.keys()].join(', ') || 'none';
      this.problems.push(`${path}.database: ${written.database} is none of the databases (${known})`);
    }
    const { description = '', tenants = null, params = {} } = written;
    return { name, description, tenants, params, database: database ?? NOWHERE };
  }

  #checkSql(
    path: string,
    { sql, params, database }: NamedSql & { readonly database: UserDatabase },
    own: readonly string[],
  ): void {
    for (const name of parameterNames(sql, database.dialect)) {
      if (!Object.hasOwn(params, name) && !own.includes(name))
        this.problems.push(`${path}.sql: :${name} is no parameter of it`);
    }
    for (const [name, parameter] of Object.entries(params)) {
      if (own.includes(name))
        this.problems.push(`${path}.params.${name}: is given by Leveret itself; take another name`);
      this.#checkDefault(`${path}.params.${name}.default`, parameter);
    }
  }

  #checkDefault(path: string, { type, default: value = null, values }: Parameter): void {
    if (value === null) return;
    if (storedForm(type, String(value)) === undefined) this.problems.push(`${path}: is no ${type}`);
    if (values?.some((one) => one === value) === false) this.problems.push(`${path}: is none of its values`);
  }
}

function columnsOf(written: WrittenColumns): readonly Column[] {
  return Object.entries(written).map(([name, column]) => {
    const { type, title } = typeof column === 'string' ? { type: column, title: undefined } : column;
    return { name, type, title: title ?? titleOf(name) };
  });
}

/** `placed_at` becomes `Placed at`. */
function titleOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

import { nearest } from '#libs/config';
import { DatasetRefusal } from './errors.js';

export const VALUE_TYPES = [
  ...(['text', 'integer', 'decimal', 'float', 'boolean', 'date', 'timestamp', 'json'] as const),
];
/** What a column or a parameter holds. `decimal` is exact, `float` is not; a `timestamp` is a moment. */
export type ValueType = (typeof VALUE_TYPES)[number];

export const DIALECTS = ['postgres', 'mysql'] as const;

/** A database of the users, not the ledger. */
export interface UserDatabase {
  readonly name: string;
  readonly dialect: (typeof DIALECTS)[number];
  readonly url: string;
}

/** A named parameter of an SQL text. */
export interface Parameter {
  readonly type: Exclude<ValueType, 'json'>;
  /** Taken when a job gives none; a parameter without one has to be given. Null stands for no value. */
  readonly default?: string | number | boolean | null;
  /** The only values that are taken. */
  readonly values?: readonly (string | number)[];
  readonly description?: string;
}

/** A column of a dataset. */
export interface Column {
  /** As the database names it. */
  readonly name: string;
  readonly type: ValueType;
  /** The head of the column in files for people. */
  readonly title: string;
}

/** Where imported rows go. */
export interface ImportTarget {
  /** A table, with its schema where it is needed: `shop.customers`. */
  readonly table: string;
  /** Columns that make a row one of a kind, for `upsert`; empty when there is none. */
  readonly key: readonly string[];
  /** Columns that every row must have. */
  readonly required: readonly string[];
  /** A column that always holds the tenant of the job, and is part of the key; null when rows belong to nobody. */
  readonly tenantColumn: string | null;
}

interface Named {
  readonly name: string;
  readonly description: string;
  readonly database: UserDatabase;
  /** Who may use it; null: every tenant. */
  readonly tenants: readonly string[] | null;
}

/** SQL text that jobs may run by its name, with values for its parameters. */
export interface NamedSql {
  readonly sql: string;
  readonly params: Readonly<Record<string, Parameter>>;
}

/** Rows that jobs may ask for by name. */
export interface Dataset extends Named, NamedSql {
  /** In the order of the files. */
  readonly columns: readonly Column[];
  /** Null: nothing can be imported into it. */
  readonly import: ImportTarget | null;
  /** What one file may hold at most. */
  readonly limits: { readonly rows: number; readonly bytes: number };
}

/** A change that jobs may make by name, in batches. */
export interface Statement extends Named, NamedSql {
  /** False: run once, as for an aggregate that is made anew. */
  readonly repeat: boolean;
}

export const SECTION_KINDS = ['figures', 'bar', 'line', 'share', 'table'] as const;

/** A part of a report. Its first column names the rows of a chart, the others are its values. */
export interface ReportSection {
  readonly title: string;
  readonly kind: (typeof SECTION_KINDS)[number];
  readonly sql: string;
  readonly columns: readonly Column[];
}

/** A report over a span of time. */
export interface Report extends Named {
  readonly title: string;
  readonly params: Readonly<Record<string, Parameter>>;
  readonly sections: readonly ReportSection[];
}

interface Entries {
  readonly datasets: readonly Dataset[];
  readonly reports: readonly Report[];
  readonly statements: readonly Statement[];
}

const KINDS = { dataset: 'datasets', report: 'reports', statement: 'statements' } as const;
const SLIPS = 3;

/** What an operator has named for jobs to use. What a tenant may not use does not exist for it. */
export class Catalog {
  constructor(private readonly entries: Entries) {}

  /** @throws DatasetRefusal `unknown_dataset` */
  dataset(name: string, tenant: string): Dataset {
    return this.find('dataset', name, tenant);
  }

  /** @throws DatasetRefusal `unknown_report` */
  report(name: string, tenant: string): Report {
    return this.find('report', name, tenant);
  }

  /** @throws DatasetRefusal `unknown_statement` */
  statement(name: string, tenant: string): Statement {
    return this.find('statement', name, tenant);
  }

  private find<K extends keyof typeof KINDS>(
    kind: K,
    name: string,
    tenant: string,
  ): Entries[(typeof KINDS)[K]][number] {
    const open = this.entries[KINDS[kind]].filter(({ tenants }) => tenants?.includes(tenant) ?? true);
    const found = open.find((entry) => entry.name === name);
    if (found !== undefined) return found;
    const names = open.map((entry) => entry.name);
    const meant = nearest(name, names, SLIPS);
    const advice = meant === undefined ? `There are: ${names.join(', ') || 'none'}.` : `Did you mean ${meant}?`;
    throw new DatasetRefusal(`unknown_${kind}`, `There is no ${kind} ${JSON.stringify(name)}. ${advice}`);
  }
}

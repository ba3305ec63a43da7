import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { parse, YAMLParseError } from 'yaml';
import { ConfigError } from '#libs/config';
import { Catalog, type UserDatabase } from './catalog.js';
import { CATALOG_SCHEMA, type CatalogFile } from './catalog-schema.js';
import { CatalogBuilder } from './catalog-builder.js';

/** Where the catalogue is written, and what is kept out of the file. */
export interface CatalogPlace {
  /** A file of YAML or JSON. */
  readonly file: string;
  /** Addresses of databases by their names in the file; they come before those in it. */
  readonly databaseUrls: ReadonlyMap<string, string>;
}

/**
 * Reads and checks the catalogue; no database is asked. Without a place there is nothing in it.
 * @throws ConfigError with every problem and its path in the file.
 */
export function loadCatalog(place: CatalogPlace | null): Catalog {
  if (place === null) return new Catalog({ datasets: [], reports: [], statements: [] });
  const written = read(place.file);
  const builder = new CatalogBuilder(databasesOf(written, place));
  const catalog = builder.build(written);
  if (builder.problems.length > 0) throw unusable(place.file, builder.problems);
  return catalog;
}

function read(file: string): CatalogFile {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true });
  const isCatalogFile = ajv.compile<CatalogFile>(CATALOG_SCHEMA);
  const content: unknown = parsed(file) ?? {};
  if (isCatalogFile(content)) return content;
  throw unusable(file, [
    ...new Set((isCatalogFile.errors ?? []).filter(({ keyword }) => keyword !== 'if').map(sentence)),
  ]);
}

function parsed(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof YAMLParseError) throw unusable(file, [`is no YAML: ${error.message}`]);
    throw unusable(file, [`cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`]);
  }
}

function databasesOf({ databases = {} }: CatalogFile, place: CatalogPlace): ReadonlyMap<string, UserDatabase> {
  const named = Object.entries(databases).map(([name, { url }]) => {
    const address = place.databaseUrls.get(name) ?? url;
    if (address === undefined)
      throw unusable(place.file, [`databases.${name}: has no url, and DATASETS_DATABASES has none for it`]);
    return [name, { name, url: address, dialect: /^(?:mysql|mariadb):/.test(address) ? 'mysql' : 'postgres' }] as const;
  });
  return new Map(named);
}

function sentence({ instancePath, keyword, message = 'is wrong', params }: ErrorObject): string {
  const path = instancePath.slice(1).replaceAll('/', '.');
  const about = params as {
    readonly additionalProperty?: string;
    readonly allowedValues?: readonly unknown[];
    readonly propertyName?: string;
  };
  const field = about.additionalProperty ?? about.propertyName;
  const place = [path, field].filter((part) => part !== undefined && part !== '').join('.');
  const allowed = about.allowedValues === undefined ? '' : `: ${about.allowedValues.join(', ')}`;
  return `${place || 'the file'}: ${keyword === 'additionalProperties' ? 'is unknown' : `${message}${allowed}`}`;
}

function unusable(file: string, problems: readonly string[]): ConfigError {
  return new ConfigError(problems.map((message) => ({ name: 'DATASETS_FILE', message: `${file}: ${message}` })));
}

import { readSettingsFile, unusableFile } from '#libs/config';
import { Catalog, type UserDatabase } from './catalog.js';
import { CATALOG_SCHEMA, type CatalogFile } from './catalog-schema.js';
import { CatalogBuilder } from './catalog-builder.js';

const SETTING = 'DATASETS_FILE';

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
  const written = readSettingsFile(SETTING, place.file, CATALOG_SCHEMA) as CatalogFile;
  const builder = new CatalogBuilder(databasesOf(written, place));
  const catalog = builder.build(written);
  if (builder.problems.length > 0) throw unusableFile(SETTING, place.file, builder.problems);
  return catalog;
}

function databasesOf({ databases = {} }: CatalogFile, place: CatalogPlace): ReadonlyMap<string, UserDatabase> {
  const named = Object.entries(databases).map(([name, { url }]) => {
    const address = place.databaseUrls.get(name) ?? url;
    if (address === undefined)
      throw unusableFile(SETTING, place.file, [
        `databases.${name}: has no url, and DATASETS_DATABASES has none for it`,
      ]);
    return [name, { name, url: address, dialect: /^(?:mysql|mariadb):/.test(address) ? 'mysql' : 'postgres' }] as const;
  });
  return new Map(named);
}

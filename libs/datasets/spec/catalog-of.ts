import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Catalog } from '../src/catalog.js';
import { loadCatalog } from '../src/load-catalog.js';

/** A catalogue as an operator would write it; its only database is `shop`. */
export function catalogOf(url: string, entries: object): Catalog {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-catalog-'));
  const file = join(folder, 'datasets.json');
  writeFileSync(file, JSON.stringify({ databases: { shop: { url } }, ...entries }));
  const catalog = loadCatalog({ file, databaseUrls: new Map() });
  rmSync(folder, { recursive: true });
  return catalog;
}

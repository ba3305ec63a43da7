import { readSettings } from './read-settings.js';

/** What the exports app takes beside what every consumer app does. */
export interface ExportsConfig {
  /** Where datasets are named; null: nowhere. */
  readonly catalog: {
    readonly file: string;
    /** Addresses of databases, by their names in the file. */
    readonly databaseUrls: ReadonlyMap<string, string>;
  } | null;
}

/**
 * What the exports app takes beside its configuration as a consumer app, deep-frozen.
 * @param env @default process.env
 * @throws ConfigError with every problem in one message.
 */
export function loadExportsConfig(env: NodeJS.ProcessEnv = process.env): ExportsConfig {
  return Object.freeze({ catalog: catalogIn(readSettings(env, 'exports app')) });
}

/** Where datasets are named; null: nowhere. */
export function catalogIn({
  DATASETS_FILE: file,
  DATASETS_DATABASES: databaseUrls,
}: {
  readonly DATASETS_FILE: string | null;
  readonly DATASETS_DATABASES: ReadonlyMap<string, string>;
}): ExportsConfig['catalog'] {
  return file === null ? null : Object.freeze({ file, databaseUrls });
}

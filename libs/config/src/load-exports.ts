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
  const { DATASETS_FILE: file, DATASETS_DATABASES: databaseUrls } = readSettings(env, 'exports app');
  return Object.freeze({ catalog: file === null ? null : Object.freeze({ file, databaseUrls }) });
}

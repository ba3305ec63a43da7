import { databasesByName } from './database-parsers.js';
import { matching } from './parsers.js';
import { SSL_FORM } from './postgres-url.js';
import { orNull, setting } from './setting.js';

/** The settings of the exports app, in the order of the documentation. */
export const DATASET_SETTINGS = {
  DATASETS_FILE: setting<string | null>({
    means: 'The file that names datasets, reports and statements; without it there are none.',
    allowed: 'the path of a file of YAML or JSON',
    takenBy: 'exports app and integrations app',
    parse: orNull(matching(/^\P{Cc}+$/u)),
    fallback: { value: null, shown: 'none' },
  }),
  DATASETS_DATABASES: setting<ReadonlyMap<string, string>>({
    means: 'Addresses of databases that `DATASETS_FILE` names, so that passwords need not stand in it.',
    allowed: 'name=URL pairs with spaces between them, e.g. shop=postgres://user:password@127.0.0.1:5432/shop',
    takenBy: 'exports app and integrations app',
    parse: databasesByName,
    fallback: { value: new Map(), shown: 'none' },
    advice: `in a URL of PostgreSQL, ${SSL_FORM}`,
    secret: true,
  }),
} as const;

import { shown } from './complaint.js';
import { type ConfigProblem } from './config-error.js';
import { nearest } from './nearest.js';
import { NEIGHBOURS, SCHEMA, SETTING_NAMES } from './schema.js';
import { type Setting } from './setting.js';

/** Shorter names are near to too many others: PORT is two letters from PATH. */
const SHORTEST_JUDGED = 6;
/** From here on two slips are believed; below, one (AMQP_URL is two letters from SMTP_URL). */
const TWO_SLIPS_FROM = 9;

const KNOWN: readonly string[] = [...SETTING_NAMES, ...NEIGHBOURS];
const JUDGED = KNOWN.filter((name) => name.length >= SHORTEST_JUDGED);

/** Variables of the environment that are no setting but look like a slip of the pen in the name of one. */
export function misspelt(env: NodeJS.ProcessEnv): ConfigProblem[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (KNOWN.includes(name) || name.length < SHORTEST_JUDGED || value === undefined) return [];
    const meant = nearest(name, JUDGED, name.length < TWO_SLIPS_FROM ? 1 : 2);
    return meant === undefined ? [] : [{ name, message: message(meant, value) }];
  });
}

function message(meant: string, value: string): string {
  const setting = (SCHEMA as Partial<Record<string, Setting<unknown>>>)[meant];
  const question = `is no setting; did you mean ${meant}?`;
  return setting === undefined
    ? question
    : `${question} Got ${shown(setting, value)}; ${meant} takes ${setting.allowed}`;
}

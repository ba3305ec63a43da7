import { shown } from './complaint.js';
import { type ConfigProblem } from './config-error.js';
import { nearest } from './nearest.js';
import { SCHEMA, SETTING_NAMES, type SettingName } from './schema.js';
import { type Setting } from './setting.js';

/** Shorter names are near to too many others: PORT is two letters from PATH. */
const SHORTEST_JUDGED = 6;
/** From here on two slips are believed; below, one (AMQP_URL is two letters from SMTP_URL). */
const TWO_SLIPS_FROM = 9;

const KNOWN: ReadonlySet<string> = new Set(SETTING_NAMES);
const JUDGED = SETTING_NAMES.filter((name) => name.length >= SHORTEST_JUDGED);

/** Variables of the environment that are no setting but look like a slip of the pen in the name of one. */
export function misspelt(env: NodeJS.ProcessEnv): ConfigProblem[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (KNOWN.has(name) || name.length < SHORTEST_JUDGED || value === undefined) return [];
    const meant = nearest(name, JUDGED, name.length < TWO_SLIPS_FROM ? 1 : 2);
    return meant === undefined ? [] : [{ name, message: message(meant, value) }];
  });
}

function message(meant: SettingName, value: string): string {
  const setting: Setting<unknown> = SCHEMA[meant];
  return `is no setting; did you mean ${meant}? Got ${shown(setting, value)}; ${meant} takes ${setting.allowed}`;
}

import { complaint } from './complaint.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { misspelt } from './misspelt.js';
import { SCHEMA, SETTING_NAMES, type SettingName, type Values } from './schema.js';
import { type Parsed, type Setting, type TakenBy } from './setting.js';

/**
 * The values of the settings that an app takes; the others are absent, and what the environment says of them is not
 * looked at. An empty variable counts as one that is not set.
 * @param names those that matter. @default every setting of the app
 * @throws ConfigError with every problem, also misspelt names.
 */
export function readSettings(
  env: NodeJS.ProcessEnv,
  app: Exclude<TakenBy, 'every app' | `${string} and ${string}`>,
  names: readonly SettingName[] = SETTING_NAMES,
): Values {
  const problems: ConfigProblem[] = misspelt(env);
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const setting: Setting<unknown> = SCHEMA[name];
    if (setting.takenBy !== 'every app' && !setting.takenBy.includes(app)) continue;
    const text = env[name] ?? '';
    const read = text === '' ? withoutText(setting) : setting.parse(text);
    if (read.ok) values[name] = read.value;
    else problems.push({ name, message: complaint(setting, text, read.meant) });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Values;
}

function withoutText(setting: Setting<unknown>): Parsed<unknown> {
  return setting.fallback === undefined ? { ok: false } : { ok: true, value: setting.fallback.value };
}

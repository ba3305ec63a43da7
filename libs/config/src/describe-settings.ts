import { SCHEMA, SETTING_NAMES, type SettingName } from './schema.js';
import { type Setting, type TakenBy } from './setting.js';

/** A setting as the documentation shows it. */
interface SettingRow {
  readonly name: SettingName;
  readonly means: string;
  readonly allowed: string;
  readonly takenBy: TakenBy;
  /** As an operator would write it; null when the setting is required. */
  readonly fallback: string | null;
  readonly advice: string | null;
}

/** Every setting, in the order of the documentation. */
export function describeSettings(): readonly SettingRow[] {
  return SETTING_NAMES.map((name) => {
    const { means, allowed, takenBy, fallback, advice }: Setting<unknown> = SCHEMA[name];
    return { name, means, allowed, takenBy, fallback: fallback?.shown ?? null, advice: advice ?? null };
  });
}

import { maskCredentials } from './mask.js';
import { type Setting } from './setting.js';

/**
 * Says why a setting cannot be used: what was given, what is allowed, what was probably meant.
 * @param given empty when the setting is required and not set
 */
export function complaint(setting: Setting<unknown>, given: string, meant: string | undefined): string {
  const parts = [
    given === '' ? 'is required and not set' : `got ${shown(setting, given)}`,
    `expected ${setting.allowed}`,
    meant === undefined ? undefined : `did you mean ${quoted(meant)}?`,
    setting.advice,
  ];
  return parts.filter((part) => part !== undefined).join('; ');
}

/** A value as it may be shown: without credentials, and of a secret its length alone. */
export function shown(setting: Setting<unknown>, given: string): string {
  return setting.secret === true ? `a text of ${given.length} characters` : quoted(given);
}

function quoted(text: string): string {
  return JSON.stringify(maskCredentials(text));
}

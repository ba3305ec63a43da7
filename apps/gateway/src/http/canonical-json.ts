import { isRecord } from '#libs/contracts';

/** The same text for equal values, whatever the order of their fields. */
export function canonicalJson(json: unknown): string {
  return JSON.stringify(json, (_name, value: unknown) =>
    isRecord(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}

/** Says whether a value has the shape of `T`. */
export type Check<T> = (value: unknown) => value is T;

export const isBoolean: Check<boolean> = (value): value is boolean => typeof value === 'boolean';
export const isText: Check<string> = (value): value is string => typeof value === 'string';
export const isCount: Check<number> = (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
export const isNumber: Check<number> = (value): value is number => Number.isFinite(value);
export const isAnything: Check<unknown> = (value): value is unknown => value !== undefined;

/** A plain object of JSON, neither null nor an array. */
export const isRecord: Check<Record<string, unknown>> = (value): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const literal =
  <const T extends string>(...allowed: readonly T[]): Check<T> =>
  (value): value is T =>
    allowed.includes(value as T);

export const nullable =
  <T>(check: Check<T>): Check<T | null> =>
  (value): value is T | null =>
    value === null || check(value);

/** A field that older senders leave out. */
export const perhaps =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value): value is T | undefined =>
    value === undefined || check(value);

export const listOf =
  <T>(check: Check<T>): Check<T[]> =>
  (value): value is T[] =>
    Array.isArray(value) && value.every(check);

/** An object whose named fields pass their checks; other fields are ignored, so that newer senders are understood. */
export const shape = <T>(fields: { readonly [K in keyof T]-?: Check<T[K]> }): Check<T> => {
  const checks = Object.entries<Check<unknown>>(fields as Record<string, Check<unknown>>);
  return (value): value is T => isRecord(value) && checks.every(([name, check]) => check(value[name]));
};

/** A union told apart by one text field. */
export const oneOf =
  <T>(field: string, variants: Readonly<Record<string, Check<T>>>): Check<T> =>
  (value): value is T => {
    if (!isRecord(value)) return false;
    const tag = value[field];
    return typeof tag === 'string' && Object.hasOwn(variants, tag) && variants[tag]?.(value) === true;
  };

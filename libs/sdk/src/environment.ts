interface Surroundings {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/** A variable of the environment; undefined when it is empty or not set, and in a browser, which has none. */
export function environmentVariable(name: string): string | undefined {
  const { process } = globalThis as Surroundings;
  // eslint-disable-next-line no-restricted-properties -- the package stands alone, and libs/config is not part of it
  const value = process?.env?.[name];
  return value === '' ? undefined : value;
}

import { type Listing } from '#libs/sdk';

/** All that is in a list, however many parts it has. */
export async function wholeList<T>(list: Listing<T>, signal: AbortSignal): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const { data } of list.pages({ signal })) all.push(...data);
  return all;
}

import { isRecord } from '#libs/contracts';
import { type ValuePath } from '../../connections/resource.js';

/** The value at a path of JSON; undefined when there is none. */
export function valueAt(value: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>((at, name) => (isRecord(at) && Object.hasOwn(at, name) ? at[name] : undefined), value);
}

import { LIMITS, REFUSED_NAMES } from '#libs/contracts';

/**
 * Looks for what must not reach a payload class: nesting over 32 levels, more than 100,000 values, and keys that name
 * an object's prototype. Gives a sentence with the path, or undefined when there is nothing of the kind.
 */
export function dangerIn(json: unknown): string | undefined {
  const open: Place[] = [{ value: json, path: 'payload', depth: 1 }];
  for (let seen = 0; ; seen += 1) {
    const place = open.pop();
    if (place === undefined) return undefined;
    if (seen > LIMITS.jsonNodes) return `payload holds more than ${LIMITS.jsonNodes} values`;
    if (typeof place.value !== 'object' || place.value === null) continue;
    if (place.depth > LIMITS.jsonDepth) return `${place.path} is nested deeper than ${LIMITS.jsonDepth} levels`;
    for (const [key, value] of Object.entries(place.value)) {
      const path = `${place.path}.${key}`;
      if (REFUSED_NAMES.has(key)) return `${path} is a name that no field may have`;
      open.push({ value, path, depth: place.depth + 1 });
    }
  }
}

interface Place {
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
}

import { validate } from 'uuid';

/** True for a UUID as the ledger writes it: lower case, with hyphens. */
export function isId(text: string): boolean {
  return validate(text) && text === text.toLowerCase();
}

import 'reflect-metadata';
import { type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError, type ValidatorOptions } from 'class-validator';
import { isRecord } from '#libs/contracts';
import { dangerIn } from './json-guard.js';

const MOST_PROBLEMS = 10;
const RULES: ValidatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  // A class without fields takes an empty payload; the whitelist refuses the rest.
  forbidUnknownValues: false,
};

/** A payload as its class wants it, or a sentence that names each path that is wrong. */
export type CheckedPayload =
  { readonly ok: true; readonly payload: object } | { readonly ok: false; readonly reason: string };

/** Makes an instance of the payload class from JSON and validates it. Unknown fields are refused at every level. */
export async function checkPayload(type: Type<object>, json: unknown): Promise<CheckedPayload> {
  if (!isRecord(json)) return invalid([`payload must be an object, got ${kindOf(json)}`]);
  const danger = dangerIn(json);
  if (danger !== undefined) return invalid([danger]);
  try {
    const payload = plainToInstance(type, json);
    const errors = await validate(payload, RULES);
    return errors.length === 0 ? { ok: true, payload } : invalid(errors.flatMap((error) => problems(error, 'payload')));
  } catch (error) {
    return invalid([`payload cannot be read: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function invalid(found: readonly string[]): CheckedPayload {
  const more = found.length - MOST_PROBLEMS;
  const shown = found.slice(0, MOST_PROBLEMS).join('; ');
  return { ok: false, reason: `The payload is not valid: ${shown}${more > 0 ? `; and ${more} more` : ''}.` };
}

function problems(error: ValidationError, parent: string): string[] {
  const path = `${parent}.${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((message) => `${path}: ${message}`);
  return [...own, ...(error.children ?? []).flatMap((child) => problems(child, path))];
}

function kindOf(json: unknown): string {
  if (json === null) return 'null';
  return Array.isArray(json) ? 'a list' : `a ${typeof json}`;
}

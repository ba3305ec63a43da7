import { isRecord } from '#libs/contracts';
import { canonicalJson } from '../http/canonical-json.js';
import { type FieldError } from '../http/problem.js';
import { readTemplate } from '../placeholders/template.js';
import { valueAt } from '../placeholders/value-at.js';

/** What a filter's paths and placeholders may begin with: the fields of an event. */
export const EVENT_ROOTS = ['data', 'id', 'type'] as const;

/** An event, as filters and placeholders see it. */
export type EventValues = Readonly<Record<(typeof EVENT_ROOTS)[number], unknown>>;

/** By the path of a value in the event: the value that it must equal, or conditions that must all hold. */
export type EventFilter = Readonly<Record<string, unknown>>;

const MAX_PATHS = 20;

/** How a filter is written, for messages to users. */
export const FILTER_FORM =
  'By the path of a value in the event, such as data.country: what it must equal, or an object of conditions that must all ' +
  'hold: eq, ne, in, exists, gt, gte, lt, lte.';

/** A value in an event; undefined when there is none at the path. JSON has no undefined. */
type Value = unknown;

interface Condition {
  /** How what is compared with is written; undefined: anything. */
  readonly form: string;
  takes(operand: unknown): boolean;
  holds(value: Value, operand: unknown): boolean;
}

const any = { form: '', takes: () => true };
const scalar = { form: 'a number or a text', takes: (operand: unknown) => isOrdered(operand) };

const CONDITIONS: Readonly<Record<string, Condition>> = {
  eq: { ...any, holds: equals },
  ne: { ...any, holds: (value, operand) => !equals(value, operand) },
  in: {
    form: 'a list',
    takes: Array.isArray,
    holds: (value, operand) => (operand as readonly unknown[]).some((one) => equals(value, one)),
  },
  exists: {
    form: 'true or false',
    takes: (operand) => typeof operand === 'boolean',
    holds: (value, operand) => (value !== undefined) === operand,
  },
  gt: { ...scalar, holds: (value, operand) => compares(value, operand, (order) => order > 0) },
  gte: { ...scalar, holds: (value, operand) => compares(value, operand, (order) => order >= 0) },
  lt: { ...scalar, holds: (value, operand) => compares(value, operand, (order) => order < 0) },
  lte: { ...scalar, holds: (value, operand) => compares(value, operand, (order) => order <= 0) },
};

/** What is wrong with a filter, by path. */
export function filterErrors(filter: EventFilter): FieldError[] {
  const entries = Object.entries(filter);
  if (entries.length > MAX_PATHS) return [{ path: 'filter', message: `must have at most ${MAX_PATHS} paths` }];
  return entries.flatMap(([path, wanted]) => {
    const at = `filter.${path}`;
    if (!isPath(path)) {
      return [{ path: at, message: `must be a path that begins with ${EVENT_ROOTS.join(', ')}, such as data.country` }];
    }
    return isRecord(wanted) ? conditionErrors(wanted, at) : [];
  });
}

/** A path is written as within a placeholder. */
function isPath(path: string): boolean {
  const template = readTemplate(`{{${path}}}`);
  const [only, ...more] = template.ok ? template.parts : [];
  return Array.isArray(only) && more.length === 0 && EVENT_ROOTS.some((root) => root === only[0]);
}

/** Whether an event passes: every condition holds. Without any, every event does. */
export function passesFilter(filter: EventFilter, event: EventValues): boolean {
  return Object.entries(filter).every(([path, wanted]) => {
    const value = valueAt(event, path.split('.'))?.value;
    if (!isRecord(wanted)) return equals(value, wanted);
    return Object.entries(wanted).every(([name, operand]) => CONDITIONS[name]?.holds(value, operand) === true);
  });
}

function conditionErrors(conditions: Readonly<Record<string, unknown>>, at: string): FieldError[] {
  const names = Object.keys(CONDITIONS).join(', ');
  if (Object.keys(conditions).length === 0) return [{ path: at, message: `must have conditions: ${names}` }];
  return Object.entries(conditions).flatMap(([name, operand]) => {
    const condition = Object.hasOwn(CONDITIONS, name) ? CONDITIONS[name] : undefined;
    if (condition === undefined) return [{ path: `${at}.${name}`, message: `is no condition; there are ${names}` }];
    return condition.takes(operand) ? [] : [{ path: `${at}.${name}`, message: `must be ${condition.form}` }];
  });
}

function equals(value: Value, operand: unknown): boolean {
  return value !== undefined && canonicalJson(value) === canonicalJson(operand);
}

/** Numbers compare with numbers, texts with texts, by their characters, as times in ISO 8601 do; nothing else compares. */
function compares(value: Value, operand: unknown, fits: (order: number) => boolean): boolean {
  if (!isOrdered(value) || !isOrdered(operand) || typeof value !== typeof operand) return false;
  return fits(value === operand ? 0 : value > operand ? 1 : -1);
}

function isOrdered(value: unknown): value is number | string {
  return typeof value === 'number' || typeof value === 'string';
}

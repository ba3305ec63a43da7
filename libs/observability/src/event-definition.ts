/** How grave an event is. */
export type Level = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Fields of an event when its kind is not known. */
export type Fields = Readonly<Record<string, unknown>>;

interface Named<Label> {
  readonly name: `leveret_${string}`;
  readonly help: string;
  /** Fields whose values become labels: those with few values, never ids or free text. */
  readonly labels: readonly Label[];
}

/** Rises by a field's value, or by one. */
interface CounterMove<Label, Amount> extends Named<Label> {
  readonly kind: 'counter';
  readonly by?: Amount;
}

/** Is set to a fixed number or to a field's value. */
interface GaugeMove<Label, Amount> extends Named<Label> {
  readonly kind: 'gauge';
  readonly to: number | Amount;
}

/** Takes in a field: a time, in milliseconds in the field and in seconds in the metric, or a number as it is. */
interface HistogramMove<Label, Amount> extends Named<Label> {
  readonly kind: 'histogram';
  readonly observe: Amount;
  readonly of: 'time' | 'number';
  /** Upper bounds, of a time in seconds. */
  readonly buckets: readonly number[];
}

/** What an event does to one metric; `Label` and `Amount` are names of its fields. */
export type Move<Label = string, Amount = string> =
  CounterMove<Label, Amount> | GaugeMove<Label, Amount> | HistogramMove<Label, Amount>;

/** A kind of event as the subscribers see it. */
export interface EventDefinition {
  level(fields: Fields): Level;
  readonly message: string;
  readonly moves: readonly Move[];
}

declare const FIELDS: unique symbol;

/** A kind of event that knows the type of its fields. */
export interface EventOf<F> extends EventDefinition {
  readonly [FIELDS]?: F;
}

type FieldsWith<F, Value> = { [K in keyof F]-?: F[K] extends Value ? K : never }[keyof F] & string;

/** A kind of event as it is written down: its fields are `F`. */
interface EventSpec<F> {
  readonly level: Level | ((fields: F) => Level);
  /** The log line's message: a fixed sentence, the fields stand beside it. */
  readonly message: string;
  /** Metrics of one name agree in everything but the amount. @default none */
  readonly moves?: readonly Move<FieldsWith<F, string>, FieldsWith<F, number>>[];
}

/** Defines an event whose fields are `F`. */
export function event<F extends object>({ level, message, moves = [] }: EventSpec<F>): EventOf<F> {
  return { level: typeof level === 'function' ? (fields) => level(fields as F) : () => level, message, moves };
}

/** What a parser makes of a text: the value, or nothing and perhaps the text that was meant. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly meant?: string | undefined };

/** Turns the text of an environment variable into a value. */
export type Parser<T> = (text: string) => Parsed<T>;

/** Who reads a setting. */
export type TakenBy =
  | 'every app'
  | 'gateway'
  | 'consumer apps'
  | 'email app'
  | 'exports app'
  | 'integrations app'
  | 'media app'
  | 'exports app and integrations app'
  | 'gateway and email app'
  | 'gateway and integrations app'
  | 'gateway, integrations app and media app';

/** One row of the table of settings. */
export interface Setting<T> {
  /** One sentence: what the setting decides. */
  readonly means: string;
  /** The form of a good value, for messages and the documentation. */
  readonly allowed: string;
  readonly takenBy: TakenBy;
  readonly parse: Parser<T>;
  /** The value when the variable is not set; without one the setting is required. */
  readonly fallback?: { readonly value: T; readonly shown: string };
  /** How to come by a value; for settings whose form alone does not tell. */
  readonly advice?: string;
  /** The value is never shown, not even in part. */
  readonly secret?: true;
}

/** Writes down a setting, whose type follows from its parser. */
export const setting = <T>(row: Setting<T>): Setting<T> => row;

/** A parser whose setting may also be null, as its fallback says. */
export const orNull = <T>(parse: Parser<T>): Parser<T | null> => parse;

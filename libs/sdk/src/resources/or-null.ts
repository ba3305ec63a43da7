/** The same fields, each of which may be null: as if it had never been given. */
export type OrNull<Fields> = { readonly [Field in keyof Fields]: Fields[Field] | null };

/** A numbered step of the schema. Steps are only ever added; one that has run is never edited. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

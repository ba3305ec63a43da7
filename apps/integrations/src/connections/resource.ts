/** Where a value is in JSON: the names on the way to it. */
export type ValuePath = readonly string[];

/** How an API says where its next page is. */
export type Pagination =
  /** By a value in the answer that goes into the query of the next call; none, null or an empty text is the end. */
  | { readonly type: 'cursor'; readonly param: string; readonly next: ValuePath }
  /** By numbers; a page without rows is the end. */
  | { readonly type: 'page'; readonly param: string; readonly first: number }
  /** By the URL in the header `Link` with `rel="next"`; none is the end. */
  | { readonly type: 'link' };

/** Rows of an API, as the operator has described them. */
export interface Resource {
  /** Behind the base URL of the connection. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Where the rows are in an answer; empty: it is the list itself. */
  readonly rows: ValuePath;
  /** Where the value of each column is in a row, by the names of columns. */
  readonly columns: ReadonlyMap<string, ValuePath>;
  readonly pagination: Pagination;
  /** Where a row says that it was deleted, by a value that is neither null, false nor an empty text; null: rows never say so. */
  readonly deleted: ValuePath | null;
  /** How only what is new is asked for; null: every time all of it is read. */
  readonly since: {
    readonly param: string;
    /** Where rows say when they were changed, or which one they are: what rises. */
    readonly from: ValuePath;
  } | null;
}

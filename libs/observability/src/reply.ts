/** The part of an HTTP reply that the routes here use. */
export interface Reply {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/** SQL for a time as milliseconds since 1970, or for an interval as milliseconds: PostgreSQL's clock in JavaScript's unit. */
export function milliseconds(time: string): string {
  return `(extract(epoch FROM ${time}) * 1000)::float8`;
}

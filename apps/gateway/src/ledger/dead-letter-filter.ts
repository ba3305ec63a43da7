/** Which dead letters are meant. A missing field does not filter. */
export interface DeadLetterFilter {
  readonly ids?: readonly string[];
  readonly jobIds?: readonly string[];
  readonly queue?: string;
  readonly task?: string;
  readonly errorCode?: string;
  readonly tenant?: string;
}

/** A filter in SQL, with the values of its parameters. */
export interface Where {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** @param first the number of the first parameter */
export function whereOf(filter: DeadLetterFilter, first: number): Where {
  const conditions = [
    { sql: 'dead_letters.id = ANY(?::uuid[])', value: filter.ids },
    { sql: 'dead_letters.job_id = ANY(?::uuid[])', value: filter.jobIds },
    { sql: 'dead_letters.queue = ?', value: filter.queue },
    { sql: 'dead_letters.task = ?', value: filter.task },
    { sql: 'dead_letters.error_code = ?', value: filter.errorCode },
    { sql: 'dead_letters.tenant = ?', value: filter.tenant },
  ].filter(({ value }) => value !== undefined);
  return {
    sql: ['true', ...conditions.map(({ sql }, index) => sql.replace('?', `$${first + index}`))].join(' AND '),
    values: conditions.map(({ value }) => value),
  };
}

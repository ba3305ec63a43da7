/** What was asked for cannot be had, now or later: the same request fails in the same way again. */
export class DatasetRefusal extends Error {
  /** @param code snake case, stable */
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'DatasetRefusal';
  }
}

/** The database did not do its part this time: the same request may succeed later. */
export class DatabaseTrouble extends Error {
  /** @param code snake case, stable */
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'DatabaseTrouble';
  }
}

/** A query of a report gives more rows than it may. */
export function tooManyRows(most: number): DatasetRefusal {
  return new DatasetRefusal(
    'too_many_rows',
    `A query of a report gives at most ${most} rows; aggregate or limit them.`,
  );
}

/** The suite's own messages have fewer than thirty. Names in messages of others are not kept beyond this. */
const MOST_NAMES = 64;

/**
 * Headers for amqplib, which makes what it is given the prototype of an object of its own, and V8 rebuilds an object twice before
 * it is fit for that (decision 42). One that has served before is not rebuilt, and amqplib has read it when `publish` returns, so
 * all messages of a publisher have the same one in turns.
 */
export class LentHeaders {
  #table = emptyTable();

  /** @returns an object that has these headers, and no others, until the next call */
  lend(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const names = Object.keys(this.#table);
    if (names.length > MOST_NAMES) this.#table = emptyTable();
    // amqplib leaves out what is undefined.
    else for (const name of names) if (!Object.hasOwn(headers, name)) this.#table[name] = undefined;
    return Object.assign(this.#table, headers);
  }
}

function emptyTable(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

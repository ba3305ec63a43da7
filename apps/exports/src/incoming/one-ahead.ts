/** The same items, of which the next is made while one is worked on. */
export async function* oneAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let pending = iterator.next();
  for (;;) {
    const item = await pending;
    if (item.done === true) return;
    pending = iterator.next();
    // Whoever stops before it asks for no more hears nothing of it.
    pending.catch(() => undefined);
    yield item.value;
  }
}

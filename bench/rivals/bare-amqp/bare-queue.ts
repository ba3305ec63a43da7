/** The queue of the clients that use the broker without us. */
export const BARE_QUEUE = 'bench.bare';

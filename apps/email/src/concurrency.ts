/** A mail waits for its server most of the time, and each one holds a connection to it. */
export const CONCURRENCY = 10;

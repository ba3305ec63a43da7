/** A mail waits for its server most of the time, and each one holds a connection to it. */
export const CONCURRENCY = 10;

/** Mails are short, and a connection that waits for the next one is wasted. */
export const AHEAD = 0.25;

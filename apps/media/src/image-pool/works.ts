/** A kind of work that a child process knows: plain values in, news on the way, a plain value out. */
export type Work = (input: never, tell: (news: unknown) => void) => Promise<unknown>;

/** The works of a child process, by the names they are asked for. */
export type Works = Readonly<Record<string, Work>>;

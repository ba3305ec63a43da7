/** The longest line of a mail without its end (RFC 5322). */
export const LONGEST_SUBJECT = 998;

/** A subject with a second line would be a second header. */
export const ONE_LINE = /^\P{Cc}*$/u;

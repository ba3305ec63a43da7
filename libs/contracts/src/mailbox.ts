const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/**
 * The text of a regular expression for one mailbox, `local@domain`, in ASCII. Without quotes, comments, groups, brackets
 * and control characters it can be read in one way only, and holds neither a second recipient nor a header.
 */
export const MAILBOX_PATTERN = `${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*`;

/** The most characters of a mailbox that a mail server must take (RFC 5321). */
export const LONGEST_MAILBOX = 254;

const GONE = { code: 'receiver_gone', status: 410 } as const;
const TEXT = /^The receiver answered \d{3}(?:\.|: ([^]*))$/;

/** What a receiver has answered to a webhook. */
export interface Receipt {
  readonly status: number;
  /** The beginning of the answer. Null: it had no text, or nobody waited for it. */
  readonly excerpt: string | null;
}

/** A receipt that is none of success, as the error of an attempt says it. */
export interface ReceiptError {
  /** `receiver_gone` for 410, else `http_<status>`. */
  readonly code: string;
  readonly message: string;
}

/** The error of an attempt that a receiver has answered so. */
export function errorOfReceipt({ status, excerpt }: Receipt): ReceiptError {
  const code = status === GONE.status ? GONE.code : `http_${status}`;
  return { code, message: `The receiver answered ${status}${excerpt === null ? '.' : `: ${excerpt}`}` };
}

/** What the receiver had answered when an attempt ended with this error; undefined when it had not. */
export function receiptIn({ code, message }: ReceiptError): Receipt | undefined {
  const status = code === GONE.code ? GONE.status : Number(/^http_(\d{3})$/.exec(code)?.[1]);
  return Number.isNaN(status) ? undefined : { status, excerpt: TEXT.exec(message)?.[1] ?? null };
}

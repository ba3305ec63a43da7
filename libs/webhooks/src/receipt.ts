const GONE = { code: 'receiver_gone', status: 410 } as const;
const TOLD = /^The receiver answered (\d{3})(?:\.|: ([^]*))$/;

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

/** The error of an attempt that a receiver has answered so. Its message is also the reason of one that is put off. */
export function errorOfReceipt({ status, excerpt }: Receipt): ReceiptError {
  const code = status === GONE.status ? GONE.code : `http_${status}`;
  return { code, message: `The receiver answered ${status}${excerpt === null ? '.' : `: ${excerpt}`}` };
}

/** What the receiver had answered when an attempt ended with this message or reason; undefined when it had not. */
export function receiptIn(message: string): Receipt | undefined {
  const [, status, excerpt = null] = TOLD.exec(message) ?? [];
  return status === undefined ? undefined : { status: Number(status), excerpt };
}

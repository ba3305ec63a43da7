import { randomUUID } from 'node:crypto';
import { simpleParser } from 'mailparser';

/** A mail as `GET /messages` shows it. */
export interface KeptMail {
  readonly id: string;
  /** As the mail says it. */
  readonly from: string;
  /** Whom the server was told to bring it to. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly KeptAttachment[];
  /** ISO 8601. */
  readonly receivedAt: string;
  readonly messageId: string | null;
}

interface KeptAttachment {
  readonly filename: string | null;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
}

/** Reads a mail; what its attachments hold is not kept. */
export async function readMail(raw: Buffer, to: readonly string[]): Promise<KeptMail> {
  const parsed = await simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true });
  return {
    id: randomUUID(),
    from: parsed.from?.text ?? '',
    to,
    subject: parsed.subject ?? '',
    text: parsed.text ?? null,
    html: typeof parsed.html === 'string' ? parsed.html : null,
    attachments: parsed.attachments.map(({ filename, contentType, size }) => ({
      ...{ filename: filename ?? null, contentType, size },
    })),
    receivedAt: new Date().toISOString(),
    messageId: parsed.messageId ?? null,
  };
}

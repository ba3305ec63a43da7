import { type JobFiles, PermanentError } from '#libs/consumer';
import { type StoredContent } from '#libs/storage';
import { type MailFile } from '../../outgoing/mailer.js';
import { type AttachmentPayload } from './attachment.payload.js';

/** Of all files of a mail: with what base64 adds it stays under the 25 MB that mail servers commonly take. */
const MOST_BYTES = 15 * 2 ** 20;

/** The files of a mail, open; each is read when its turn in the mail comes. */
export class Attachments {
  private constructor(readonly files: readonly MailFile[]) {}

  /**
   * @throws PermanentError `file_not_found`, `attachments_too_large`
   */
  static async open(files: JobFiles, asked: readonly AttachmentPayload[]): Promise<Attachments> {
    const opened: StoredContent[] = [];
    try {
      for (const { file } of asked) opened.push(await files.open(file));
      const bytes = opened.reduce((sum, { reference }) => sum + reference.size, 0);
      if (bytes > MOST_BYTES) throw tooLarge(bytes);
      return new Attachments(opened.map((content, index) => mailFile(content, asked[index] ?? {})));
    } catch (error) {
      for (const { stream } of opened) stream.destroy();
      throw error;
    }
  }

  /** Lets go of what was not read. */
  close(): void {
    for (const { content } of this.files) content.destroy();
  }
}

function mailFile({ reference, stream }: StoredContent, { filename, cid }: Partial<AttachmentPayload>): MailFile {
  return { filename: filename ?? reference.filename, contentType: reference.contentType, content: stream, cid };
}

function tooLarge(bytes: number): PermanentError {
  const message = `The attachments have ${bytes} bytes; a mail takes at most ${MOST_BYTES}. Send a download link instead.`;
  return new PermanentError('attachments_too_large', message);
}

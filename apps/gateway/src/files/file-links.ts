import { type FileReference } from '#libs/contracts';
import { type LinkSigner } from '#libs/storage';

const LIFETIME_MS = 24 * 3_600_000;

/** A file reference with a link by which a browser can download the file for a while, without an API key. */
export interface LinkedFile extends FileReference {
  readonly url: string;
}

/** Makes download links. They are made whenever something is read, and never stored. */
export class FileLinks {
  /** @param publicUrl the gateway's address as users reach it, without a slash at its end */
  constructor(
    private readonly signer: LinkSigner,
    private readonly publicUrl: string,
  ) {}

  /** @param until when the link ends. @default in a day */
  withLink(file: FileReference, until = new Date(Date.now() + LIFETIME_MS)): LinkedFile {
    const path = file.key.split('/').map(encodeURIComponent).join('/');
    const query = this.signer.sign(file.key, until);
    return { ...file, url: `${this.publicUrl}/v1/files/${path}?${query}` };
  }
}

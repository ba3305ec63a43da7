import { type FileReference } from '#libs/contracts';
import { type RawBody } from '../http/call.js';
import { type Http } from '../http/http.js';
import { type CallOptions } from '../options.js';

/** A stored file. It may be put into a payload as it is. */
export interface StoredFile extends FileReference {
  /** Downloads the file for a day, without an API key. */
  readonly url: string;
}

/** What can be uploaded. A `Blob` or bytes are sent again when the connection breaks; a stream can be sent once only. */
export type Content = Blob | ReadableStream<Uint8Array> | ArrayBuffer | Uint8Array<ArrayBuffer> | string;

/** What an upload takes. Uploads take as long as they take, unless `timeout` says otherwise. */
export interface UploadOptions extends CallOptions {
  /** @default the name of a `File`, else `file` */
  readonly filename?: string | undefined;
  /** @default the type of a `Blob`; without one, `application/octet-stream` */
  readonly contentType?: string | undefined;
}

/** What a download takes. Downloads take as long as they take, unless `timeout` limits how long the answer may be awaited. */
export interface DownloadOptions extends CallOptions {
  /** The first and the last byte, counted from 0; without a last one, to the end. */
  readonly range?: readonly [first: number, last?: number] | undefined;
}

/** Files of payloads and results. */
export class Files {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * Uploads a file. In a browser the `File` of an input or a drop is taken as it is; in Node `fileAt` of `leveret-sdk/node` opens
   * one by its path.
   */
  async upload(content: Content, { filename, contentType, ...options }: UploadOptions = {}): Promise<StoredFile> {
    const raw = await bodyOf(content, contentType);
    const query = { filename: filename ?? nameOf(content) ?? 'file' };
    // A file that was perhaps stored and is sent again lies there twice, which harms nobody.
    const call = { method: 'POST', path: '/v1/files', repeatable: true, unlimited: true } as const;
    return this.#http.json({ ...call, query, raw, options });
  }

  /**
   * Downloads a file: read the answer with `blob()`, `arrayBuffer()` or from `body`, a web stream. A file of a result, a key, or a
   * signed link; links need no API key.
   */
  download(
    file: string | { readonly key: string; readonly url?: string },
    options: DownloadOptions = {},
  ): Promise<Response> {
    const { range, ...others } = options;
    const headers = range === undefined ? {} : { range: `bytes=${range[0]}-${range[1] ?? ''}` };
    const call = { method: 'GET', headers, unlimited: true, options: others } as const;
    const { key, url } = typeof file === 'string' ? namedBy(file) : file;
    const byLink = url !== undefined && (key === undefined || !this.#http.hasKey);
    if (byLink) return this.#http.open({ ...call, path: url, bearer: null });
    const path = (key ?? '').split('/').map(encodeURIComponent).join('/');
    return this.#http.open({ ...call, path: `/v1/files/${path}` });
  }
}

function namedBy(text: string): { key?: string; url?: string } {
  return /^https?:/.test(text) ? { url: text } : { key: text };
}

function nameOf(content: Content): string | undefined {
  return content instanceof File ? content.name : undefined;
}

async function bodyOf(content: Content, contentType: string | undefined): Promise<RawBody> {
  if (content instanceof Blob) return { content, contentType: contentType ?? content.type };
  const isStream = content instanceof ReadableStream;
  const sent = isStream && isBrowser() ? await new Response(content).blob() : content;
  return { content: sent, contentType: contentType ?? 'application/octet-stream' };
}

/** Browsers send streams by HTTP/2 only; there the whole is collected first, in a blob, which may lie on the disk. */
function isBrowser(): boolean {
  return 'document' in globalThis || 'WorkerGlobalScope' in globalThis;
}

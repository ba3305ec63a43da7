import { basename } from 'node:path';
import { parse } from 'content-disposition';
import { type AnswerHead } from '../../outgoing/outgoing.js';

/** A date says less than a second: one that is younger than this beside the answer's own may stand for two contents. */
const SETTLED_MS = 1_000;
const UNNAMED = 'file';

/** What the head of an answer says of the file that it brings. */
export interface FileHead {
  readonly filename: string;
  readonly contentType: string;
  /** In bytes; undefined when the host does not say, or packs what it sends. */
  readonly size: number | undefined;
  /** Stands for just this content, as `If-Range` takes it; undefined when the rest cannot be asked for alone. */
  readonly validator: string | undefined;
}

/** @param url where the file comes from; names it when the answer does not */
export function fileHead({ headers }: Pick<AnswerHead, 'headers'>, url: string): FileHead {
  const isPacked = !['', 'identity'].includes(headers['content-encoding'] ?? '');
  const { 'content-length': length = '', 'content-type': contentType = '' } = headers;
  return {
    filename: dispositionName(headers['content-disposition']) ?? nameIn(url),
    contentType: contentType === '' ? 'application/octet-stream' : contentType,
    size: isPacked || !/^\d{1,15}$/.test(length) ? undefined : Number(length),
    validator: isPacked || headers['accept-ranges'] === 'none' ? undefined : validatorOf(headers),
  };
}

/** True when one of the patterns, `type/subtype` or `type/*`, stands for the type. */
export function isOfType(contentType: string, patterns: readonly string[]): boolean {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  const kind = type.slice(0, type.indexOf('/'));
  return patterns.some((pattern) => pattern === type || pattern === `${kind}/*`);
}

function validatorOf({
  etag = '',
  'last-modified': modified = '',
  date = '',
}: AnswerHead['headers']): string | undefined {
  if (/^"[^"]*"$/.test(etag)) return etag;
  return Date.parse(date) - Date.parse(modified) > SETTLED_MS ? modified : undefined;
}

function dispositionName(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  try {
    const name = parse(header).parameters['filename'];
    return name === '' ? undefined : name;
  } catch {
    return undefined;
  }
}

function nameIn(url: string): string {
  try {
    const name = basename(decodeURIComponent(new URL(url).pathname));
    return name === '' ? UNNAMED : name;
  } catch {
    return UNNAMED;
  }
}

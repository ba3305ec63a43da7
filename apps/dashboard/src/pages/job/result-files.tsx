import { type FileReference } from '#libs/sdk';
import { type ReactNode } from 'react';
import { sizeText } from '../../ui/number-text';

const MOST = 60;
const PICTURES = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'];

type LinkedFile = FileReference & { readonly url: string };

/** The files that a result names, pictures as pictures. Links are the gateway's own; nothing else that says "url" is one. */
export function ResultFiles({ result }: { readonly result: unknown }): ReactNode {
  const files = filesIn(result).slice(0, MOST);
  if (files.length === 0) return null;
  return (
    <ul className="files">
      {files.map(({ key, url, filename, contentType, size }) => (
        <li key={key}>
          <a href={url} download={filename}>
            {PICTURES.includes(contentType) && <img src={url} alt={filename} loading="lazy" />}
            <span>{filename}</span>
            <span className="muted">{sizeText(size)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function filesIn(value: unknown): LinkedFile[] {
  if (typeof value !== 'object' || value === null) return [];
  return isFile(value) ? [value] : Object.values(value).flatMap(filesIn);
}

function isFile(value: object): value is LinkedFile {
  const { key, url, filename, contentType, size } = value as Partial<Record<keyof LinkedFile, unknown>>;
  const hasTexts = [key, url, filename, contentType].every((field) => typeof field === 'string');
  return hasTexts && typeof size === 'number' && isOwnLink(String(url));
}

/** Whatever a job says of itself, a link leads to the web and runs nothing. */
function isOwnLink(url: string): boolean {
  return (
    URL.canParse(url) &&
    ['http:', 'https:'].includes(new URL(url).protocol) &&
    new URL(url).pathname.startsWith('/v1/files/')
  );
}

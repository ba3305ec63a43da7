import { fileURLToPath } from 'node:url';

/** An S3 bucket, as a `STORAGE_URL` names it. */
export interface BucketLocation {
  readonly bucket: string;
  /** Of a service that is not AWS. */
  readonly endpoint: string | undefined;
  /** @default the SDK's own chain; us-east-1 with an endpoint */
  readonly region: string | undefined;
}

/** What a `STORAGE_URL` names. */
export type StorageLocation =
  { readonly kind: 'disk'; readonly folder: string } | ({ readonly kind: 'bucket' } & BucketLocation);

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @throws {TypeError} when the URL has another form; the message shows no part that may be secret */
export function parseStorageUrl(text: string): StorageLocation {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'file:') return diskLocation(url);
  if (url?.protocol === 's3:') return bucketLocation(url);
  throw unfit(url === undefined ? 'a text that is no URL' : `a URL that begins with ${url.protocol}`);
}

function diskLocation(url: URL): StorageLocation {
  if (url.host !== '') throw unfit('a file URL with a host; write three slashes after file:');
  if (url.search !== '' || url.hash !== '') throw unfit('a file URL with ? or #; write them as %3F and %23');
  return { kind: 'disk', folder: fileURLToPath(url) };
}

function bucketLocation(url: URL): StorageLocation {
  if (url.username + url.password !== '') {
    throw unfit('an S3 URL with credentials; hand them to the SDK by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  }
  if (!BUCKET.test(url.host)) throw unfit(`an S3 URL with the bucket "${url.host}"`);
  if (!['', '/'].includes(url.pathname) || url.hash !== '')
    throw unfit('an S3 URL with a path; give it a bucket alone');
  const unknown = [...url.searchParams.keys()].find((name) => name !== 'endpoint' && name !== 'region');
  if (unknown !== undefined) throw unfit(`an S3 URL with the parameter "${unknown}"`);
  return { kind: 'bucket', bucket: url.host, endpoint: endpointOf(url), region: parameter(url, 'region') };
}

function endpointOf(url: URL): string | undefined {
  const endpoint = parameter(url, 'endpoint');
  if (endpoint === undefined || isWebAddress(endpoint)) return endpoint;
  throw unfit('an S3 URL whose endpoint is no http or https URL, or one with credentials or a query');
}

/** An empty parameter counts as left out. */
function parameter(url: URL, name: string): string | undefined {
  const value = url.searchParams.get(name) ?? '';
  return value === '' ? undefined : value;
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username + password + search === '';
}

function unfit(got: string): TypeError {
  return new TypeError(`Expected STORAGE_URL to be file:///path or s3://bucket?endpoint=…&region=…, got ${got}.`);
}

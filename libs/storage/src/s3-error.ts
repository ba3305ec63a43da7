import { StorageFullError, StorageUnavailableError } from './storage-error.js';

const SENTENCES: Readonly<Record<number, string>> = {
  301: 'the bucket lives in another region; name it with region= in STORAGE_URL',
  400: 'the service did not understand the request; check endpoint and region in STORAGE_URL',
  403: 'access is denied; check the credentials and what they may do with the bucket',
  404: 'the bucket does not exist; make it, or correct STORAGE_URL',
  409: 'another process writes the same object at the same time',
  507: 'the service is out of space; free some or enlarge it',
};

const FULL = 507;

/** Runs a step on the bucket; its errors come out as `StorageUnavailableError` with a sentence for the operator. */
export async function onBucket<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw bucketFailure(error);
  }
}

/** Like `onBucket`, but undefined when the object does not exist. */
export async function ifObject<T>(step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw bucketFailure(error);
  }
}

/** HTTP status that the service answered with; undefined when no answer came. */
export function statusOf(error: unknown): number | undefined {
  const metadata: unknown = field(error, '$metadata');
  const status = field(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

/** True when the service says that there is no such object, in a bucket that there is. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && field(error, 'name') !== 'NoSuchBucket';
}

/** What a failure of the service means to callers. */
export function bucketFailure(error: unknown): StorageUnavailableError {
  if (error instanceof StorageUnavailableError) return error;
  const status = statusOf(error);
  const sentence = (status === undefined ? undefined : SENTENCES[status]) ?? 'the service did not do its part';
  const name = field(error, 'name');
  const shown = status === undefined ? `no answer, ${typeof name === 'string' ? name : 'unknown error'}` : `${status}`;
  const message = `The S3 bucket cannot be used (${shown}): ${sentence}.`;
  return new (status === FULL ? StorageFullError : StorageUnavailableError)(message, { cause: error });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

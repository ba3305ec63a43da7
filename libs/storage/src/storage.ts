import { type Readable } from 'node:stream';
import { type FileReference } from '#libs/contracts';

/** A stored file, open for reading. Whoever gets it reads the stream to its end or destroys it. */
export interface StoredContent {
  /** Describes the whole file, also when `stream` carries a part of it. */
  readonly reference: FileReference;
  readonly stream: Readable;
}

/** Bytes of a file: from `start` up to and including `end`, counted from 0, as in an HTTP range. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What the sender says of a file. Both texts are made safe before they are stored. */
export interface FileDescription {
  /** @default 'file', when nothing safe is left of it */
  readonly filename: string;
  /** `type/subtype`. @default 'application/octet-stream', when it is none */
  readonly contentType: string;
  /** The most bytes that are taken. @default no limit */
  readonly maxBytes?: number;
}

/**
 * Where files are kept. Keys are made by `uploadKey` and `outputKey`; any other key is one that does not exist.
 * Every method rejects with a `StorageUnavailableError` when the disk or the bucket does not do its part.
 */
export interface Storage {
  /**
   * Streams a file in and hashes it on the way. A reader of the key sees all of it or nothing of it; of two concurrent
   * puts the last to finish wins whole. An error of the source rejects the put and leaves nothing behind.
   *
   * A put that ends before its source does leaves the source as it is: the caller drains it (to answer a client that is
   * still sending) or destroys it.
   * @throws {FileTooLargeError} after the first byte over `maxBytes`
   * @throws {TypeError} when the key is none of ours
   */
  put(key: string, content: Readable, about: FileDescription): Promise<FileReference>;
  /**
   * Stores a small file that the caller has whole, unless there is one under the key: then it stays as it is, and the
   * answer is false. Of concurrent calls for a key one alone stores its content.
   * @throws {TypeError} when the key is none of ours
   */
  create(key: string, content: Buffer, about: Omit<FileDescription, 'maxBytes'>): Promise<boolean>;
  /** What is known of a file; undefined when there is none. */
  stat(key: string): Promise<FileReference | undefined>;
  /**
   * Opens a file or a part of it.
   * @throws {FileMissingError}
   * @throws {RangeNotSatisfiableError} when the range is not wholly inside the file: nothing is clamped
   */
  read(key: string, range?: ByteRange): Promise<StoredContent>;
  /** Removes a file; false when there is none. */
  remove(key: string): Promise<boolean>;
  /**
   * Removes every output of a job and says how many there were.
   * @param prefix `<tenant>/<job id>/`
   * @throws {TypeError} for any other prefix
   */
  removeAll(prefix: string): Promise<number>;
  /** Proves that the storage can be written and read, by doing both. */
  check(): Promise<void>;
  /**
   * A name that the storage has for itself, made when it is asked for the first time: processes that hear the same name
   * use the same place.
   */
  identity(): Promise<string>;
  /** Lets go of connections. Nothing may be called afterwards. */
  close(): Promise<void>;
}

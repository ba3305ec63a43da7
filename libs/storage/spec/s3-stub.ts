import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

interface StoredObject {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

interface OpenUpload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Buffer>;
}

/** A request to one bucket, by path. */
interface Call {
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** S3 lets no part but the last be smaller. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/**
 * A stub of an S3 service: it holds one bucket in memory and answers the calls that the adapter makes as S3 documents
 * them (put, multipart upload, get with a range, head, delete, list v2 with a prefix), so that the adapter and the real
 * SDK can be tested where no S3 server is to be had. It checks that requests are signed, not their signatures.
 */
export class S3Stub {
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, OpenUpload>();
  /** Of all calls so far: `PUT key?query`. */
  readonly calls: string[] = [];
  /** When set, answers in place of the service. */
  intercept: ((call: Call) => Answer | undefined) | undefined;
  readonly #bucket: string;
  readonly #server: Server;
  readonly #answering = new Set<ServerResponse>();

  private constructor(bucket: string) {
    this.#bucket = bucket;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(bucket: string): Promise<S3Stub> {
    const stub = new S3Stub(bucket);
    stub.#server.listen(0, '127.0.0.1');
    await once(stub.#server, 'listening');
    return stub;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Settles when no answer is under way: each has been taken whole, or its connection has been closed. */
  async idle(): Promise<void> {
    for (const response of this.#answering) await once(response, 'close');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#answering.add(response);
    response.once('close', () => this.#answering.delete(response));
    const url = new URL(request.url ?? '', 'http://stub');
    const [, bucket = '', ...rest] = url.pathname.split('/');
    const body = await buffer(request);
    const key = rest.map(decodeURIComponent).join('/');
    const call = { method: request.method ?? '', key, query: url.searchParams, headers: request.headers, body };
    this.calls.push(`${call.method} ${key}${url.search}`);
    const answer = this.#refusal(bucket, request) ?? this.intercept?.(call) ?? this.#answer(call);
    response.writeHead(answer.status, { 'x-amz-request-id': randomUUID(), ...answer.headers });
    response.end(call.method === 'HEAD' ? undefined : answer.body);
  }

  #refusal(bucket: string, { headers }: IncomingMessage): Answer | undefined {
    if (headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') !== true) return failure(403, 'AccessDenied');
    return bucket === this.#bucket ? undefined : failure(404, 'NoSuchBucket');
  }

  #answer(call: Call): Answer {
    const { method, key, query } = call;
    if (query.get('list-type') === '2') return this.#list(query);
    if (query.has('uploads')) return this.#createUpload(call);
    if (query.has('uploadId')) return this.#continueUpload(call, query.get('uploadId') ?? '');
    if (method === 'PUT') return this.#create(call);
    if (method === 'DELETE') return this.#delete(key);
    return method === 'GET' || method === 'HEAD' ? this.#get(call) : failure(501, 'NotImplemented');
  }

  #delete(key: string): Answer {
    this.objects.delete(key);
    return { status: 204 };
  }

  #create(call: Call): Answer {
    const refused = call.headers['if-none-match'] === '*' && this.objects.has(call.key);
    return refused ? failure(412, 'PreconditionFailed') : this.#put(call.key, { body: call.body, headers: kept(call) });
  }

  #put(key: string, object: StoredObject): Answer {
    this.objects.set(key, object);
    return { status: 200, headers: { etag: etag(object.body) } };
  }

  #get({ key, headers }: Call): Answer {
    const object = this.objects.get(key);
    if (object === undefined) return failure(404, 'NoSuchKey');
    const { body } = object;
    const about = { ...object.headers, etag: etag(body), 'accept-ranges': 'bytes' };
    const [, from, to] = /^bytes=([0-9]+)-([0-9]+)$/.exec(headers.range ?? '') ?? [];
    if (from === undefined) return { status: 200, headers: { ...about, 'content-length': `${body.length}` }, body };
    const [start, end] = [Number(from), Math.min(Number(to), body.length - 1)];
    if (start >= body.length) return failure(416, 'InvalidRange');
    const range = { 'content-range': `bytes ${start}-${end}/${body.length}`, 'content-length': `${end - start + 1}` };
    return { status: 206, headers: { ...about, ...range }, body: body.subarray(start, end + 1) };
  }

  #createUpload(call: Call): Answer {
    const id = randomUUID();
    this.uploads.set(id, { key: call.key, headers: kept(call), parts: new Map() });
    return xml('InitiateMultipartUploadResult', `<Key>${call.key}</Key><UploadId>${id}</UploadId>`);
  }

  #continueUpload({ method, query, body }: Call, id: string): Answer {
    const upload = this.uploads.get(id);
    if (upload === undefined) return failure(404, 'NoSuchUpload');
    if (method === 'DELETE') {
      this.uploads.delete(id);
      return { status: 204 };
    }
    if (method === 'PUT') {
      upload.parts.set(Number(query.get('partNumber')), body);
      return { status: 200, headers: { etag: etag(body) } };
    }
    return this.#completeUpload(id, upload, body.toString());
  }

  #completeUpload(id: string, upload: OpenUpload, manifest: string): Answer {
    const numbers = [...manifest.matchAll(/<PartNumber>([0-9]+)<\/PartNumber>/g)].map(([, number]) => Number(number));
    const parts = numbers.map((number) => upload.parts.get(number));
    const whole = parts.filter((part) => part !== undefined);
    if (whole.length !== parts.length || parts.length === 0) return failure(400, 'InvalidPart');
    if (whole.slice(0, -1).some((part) => part.length < MIN_PART_BYTES)) return failure(400, 'EntityTooSmall');
    this.uploads.delete(id);
    const body = Buffer.concat(whole);
    this.#put(upload.key, { body, headers: upload.headers });
    return xml('CompleteMultipartUploadResult', `<Key>${upload.key}</Key><ETag>${etag(body)}</ETag>`);
  }

  #list(query: URLSearchParams): Answer {
    const after = query.get('continuation-token') ?? '';
    const limit = Number(query.get('max-keys') ?? 1_000);
    const keys = [...this.objects.keys()].sort().filter((key) => key.startsWith(query.get('prefix') ?? ''));
    const found = keys.filter((key) => key > after);
    const page = found.slice(0, limit);
    const truncated = found.length > limit;
    const next = truncated ? `<NextContinuationToken>${page.at(-1) ?? ''}</NextContinuationToken>` : '';
    const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    return xml('ListBucketResult', `<IsTruncated>${String(truncated)}</IsTruncated>${next}${contents}`);
  }
}

/** The headers of a put that S3 gives back with the object. */
function kept({ headers }: Call): Record<string, string> {
  const names = Object.keys(headers).filter((name) => name === 'content-type' || name.startsWith('x-amz-meta-'));
  return Object.fromEntries(names.map((name) => [name, String(headers[name])]));
}

function etag(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function xml(element: string, content: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><${element}>${content}</${element}>`;
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

function failure(status: number, code: string): Answer {
  return { ...xml('Error', `<Code>${code}</Code><Message>${code}</Message>`), status };
}

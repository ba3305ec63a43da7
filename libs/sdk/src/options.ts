import { type Duration, durationMs } from '#libs/contracts';
import { environmentVariable } from './environment.js';

const LOCAL = 'http://127.0.0.1:3000';
const TIMEOUT_MS = 30_000;
const RETRIES = 4;

/** How a client is set up. */
export interface LeveretOptions {
  /** Without one only what needs none works: watching with a watch token, downloads by link. */
  readonly apiKey?: string | undefined;
  /** Where the gateway is. @default the variable LEVERET_URL, else http://127.0.0.1:3000 */
  readonly url?: string | URL | undefined;
  /** Sent with every call, such as what a proxy on the way wants. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long a call may take with all its tries; uploads and downloads take as long as they take. @default '30s' */
  readonly timeout?: Duration | undefined;
  /** How often a call is sent again, at most, when it may be. @default 4 */
  readonly retries?: number | undefined;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long the call may take with all its tries, instead of what the client was set up with. */
  readonly timeout?: Duration | undefined;
}

/** What calls take that are done once, however often they are sent. */
export interface KeyedCallOptions extends CallOptions {
  /**
   * Names what is asked for: the same key with the same body within 24 hours is done once and answered the same. Give one that
   * comes from your own data (`order-4711-invoice`) to be safe also when your process ends in the middle.
   * @default a random one for each call, which covers its own tries
   */
  readonly idempotencyKey?: string | undefined;
}

/** Options with nothing left open. */
export interface Settings {
  readonly apiKey: string | undefined;
  /** Without a slash at its end. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly retries: number;
}

/**
 * @param given a key, or options; what is not given is taken from the environment
 * @throws TypeError for what cannot be meant, such as a variable that is not set in the place of the key
 */
export function settingsOf(given: string | undefined | LeveretOptions): Settings {
  if (typeof given !== 'object') return settingsOf({ apiKey: provenKey(given) });
  const { apiKey, url = environmentVariable('LEVERET_URL') ?? LOCAL, headers = {}, timeout, retries = RETRIES } = given;
  if (!Number.isInteger(retries) || retries < 0) {
    throw new TypeError(`Expected retries as a whole number from 0, got ${String(retries)}.`);
  }
  return {
    apiKey: apiKey === undefined ? undefined : provenKey(apiKey),
    url: provenUrl(url),
    headers,
    timeoutMs: timeout === undefined ? TIMEOUT_MS : durationMs(timeout),
    retries,
  };
}

function provenKey(key: unknown): string {
  if (typeof key === 'string' && /^[\x21-\x7e]+$/.test(key)) return key;
  const got = typeof key === 'string' ? 'one that is empty or has blanks' : String(key);
  throw new TypeError(`Expected an API key, got ${got}. Is the variable that holds it set?`);
}

function provenUrl(given: string | URL): string {
  const { protocol, href } = URL.canParse(String(given)) ? new URL(given) : { protocol: '', href: '' };
  if (protocol === 'http:' || protocol === 'https:') return href.replace(/\/+$/, '');
  throw new TypeError(`Expected the gateway's URL, such as ${LOCAL}, got ${String(given)}.`);
}

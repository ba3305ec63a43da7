import { type Readable } from 'node:stream';
import { type OnApplicationShutdown } from '@nestjs/common';
import { PermanentError, TemporaryError } from '#libs/consumer';
import { type Answer, AnswerTooLarge, CallFailed, EgressClient, type EgressOptions, EgressRefused } from '#libs/egress';

const USER_AGENT = 'Leveret/1 (media)';
const MOST_REDIRECTS = 3;
const TOTAL_MS = 5 * 60_000;
/** Says that the same call may be answered otherwise later. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** What limits the fetching of a file. */
export interface FetchTerms {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Files of the web, fetched under the egress policy. */
export class WebFiles implements OnApplicationShutdown {
  readonly #client: EgressClient;

  /** @param allow the pairs of `EGRESS_ALLOW` */
  constructor(allow: readonly string[], further: Pick<EgressOptions, 'resolve'> = {}) {
    this.#client = new EgressClient({ allow, userAgent: USER_AGENT, ...further });
  }

  /**
   * Begins to fetch a file. Errors of the stream go through {@link asFetchError}.
   * @throws PermanentError `egress_refused`, and `source_unavailable` when the host has no such file
   * @throws TemporaryError `source_unavailable` when the host cannot give it now, or the code of a `CallFailed`
   */
  async open(url: string, { maxBytes, signal }: FetchTerms): Promise<Readable> {
    const limits = { totalMs: TOTAL_MS, maxBytes };
    const call = { method: 'GET', url, signal, limits, redirects: MOST_REDIRECTS };
    const answer = await this.#client.send(call).catch((error: unknown) => {
      throw asFetchError(error);
    });
    if (answer.status === 200) return answer.body;
    answer.body.destroy();
    throw refusal(answer);
  }

  onApplicationShutdown(): Promise<void> {
    return this.#client.close();
  }
}

/** The error of a job that an error of fetching stands for; a file that is too large stays an `AnswerTooLarge`. */
export function asFetchError(error: unknown): unknown {
  if (error instanceof EgressRefused) return new PermanentError('egress_refused', error.message, { cause: error });
  if (error instanceof CallFailed) return new TemporaryError(error.code, error.message, { cause: error });
  return error;
}

/** True when more came than may. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof AnswerTooLarge;
}

function refusal({ status }: Answer): Error {
  const message = `The host of the source answered ${String(status)}; expected 200 and a file.`;
  return status >= 500 || PASSING.has(status)
    ? new TemporaryError('source_unavailable', message)
    : new PermanentError('source_unavailable', message);
}

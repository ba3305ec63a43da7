import { Agent, request } from 'node:http';
import { type BenchSuite } from './bench-suite.js';

const CALLERS = 100;

/** Enters jobs by calls of the gateway, without a client's library between. */
export class HttpEntry {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  readonly #suite: BenchSuite;

  constructor(suite: BenchSuite) {
    this.#suite = suite;
  }

  /** `POST /v1/jobs`; the job's id. */
  async one(job: object): Promise<string> {
    return (JSON.parse(await this.#post('/v1/jobs', JSON.stringify(job))) as { id: string }).id;
  }

  /** `POST /v1/jobs/batch`. */
  async many(jobs: readonly object[]): Promise<void> {
    await this.#post('/v1/jobs/batch', JSON.stringify({ jobs }));
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(path: string, body: string): Promise<string> {
    const headers = {
      authorization: `Bearer ${this.#suite.apiKey}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent: this.#agent, headers };
      const call = request(`${this.#suite.url}${path}`, options, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.once('end', () => {
          const text = Buffer.concat(pieces).toString();
          if (answer.statusCode === 202) resolve(text);
          else reject(new Error(`POST ${path} answered ${answer.statusCode ?? 'nothing'}: ${text.slice(0, 500)}`));
        });
        answer.once('error', reject);
      });
      call.once('error', reject).end(body);
    });
  }
}

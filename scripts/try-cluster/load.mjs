import { setTimeout as wait } from 'node:timers/promises';

const CLIENTS = 10;
const RETRIED_SHARE = 0.2;
const ANSWER_MS = 20_000;

/** Submits jobs at a rate until it is stopped; some of them wait in the delay ladder once. */
export class Load {
  /** Accepted jobs, each with how often its handler must run. */
  accepted = new Map();
  /** Requests without a 202. */
  refused = 0;
  #stopped = false;
  #clients;

  /** @param witness the file in which handlers note that they run */
  constructor({ url, apiKey }, { rate, witness }) {
    const client = async () => {
      while (!this.#stopped) {
        const due = performance.now() + (CLIENTS * 1_000) / rate;
        await this.#submit(url, apiKey, witness).catch(() => (this.refused += 1));
        await wait(Math.max(0, due - performance.now()));
      }
    };
    this.#clients = Promise.all(Array.from({ length: CLIENTS }, client));
  }

  async stop() {
    this.#stopped = true;
    await this.#clients;
  }

  async #submit(url, apiKey, witness) {
    const retried = Math.random() < RETRIED_SHARE;
    const payload = { steps: retried ? ['fail', 'ok'] : ['ok'], by: 'attempt', witness };
    const response = await fetch(`${url}/v1/jobs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ task: 'lab.script', payload, backoff: { type: 'fixed', delay: '2s' } }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (response.status !== 202) throw new Error(`POST /v1/jobs answered ${response.status}.`);
    this.accepted.set((await response.json()).id, retried ? 2 : 1);
  }
}

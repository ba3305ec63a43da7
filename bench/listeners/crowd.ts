import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PROJECT } from '../../tools/start/app-list.js';

/** What the process of the listeners is told. */
export type CrowdOrder =
  | { readonly kind: 'listen'; readonly url: string; readonly apiKey: string; readonly jobs: readonly string[] }
  | { readonly kind: 'tell'; readonly jobs: readonly string[] };

/** All listen, or the times at which the end of these jobs was heard, in milliseconds since 1970. */
export type CrowdAnswer =
  | { readonly kind: 'listening' }
  | { readonly kind: 'heard'; readonly at: readonly (readonly [id: string, time: number])[] };

/** Live listeners in a process of their own, one connection for each job. */
export class Crowd {
  readonly #child: ChildProcess = fork(join(PROJECT, 'dist', 'bench', 'listeners', 'main.js'));
  readonly #ended = once(this.#child, 'exit');

  /** Resolves when each has heard how its job is. */
  async listen(url: string, apiKey: string, jobs: readonly string[]): Promise<void> {
    await this.#ask({ kind: 'listen', url, apiKey, jobs });
  }

  /** Waits until all of these jobs have been heard to end, and tells when. */
  async ends(jobs: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const answer = await this.#ask({ kind: 'tell', jobs });
    return new Map(answer.kind === 'heard' ? answer.at : []);
  }

  async leave(): Promise<void> {
    this.#child.disconnect();
    await this.#ended;
  }

  async #ask(order: CrowdOrder): Promise<CrowdAnswer> {
    const answer = once(this.#child, 'message') as Promise<[CrowdAnswer]>;
    this.#child.send(order);
    const over = this.#ended.then(() => {
      throw new Error('The process of the listeners has ended.');
    });
    const [message] = await Promise.race([answer, over]);
    return message;
  }
}

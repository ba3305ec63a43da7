import { ChildProgram } from '../child-program.js';

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
  readonly #program = new ChildProgram<CrowdOrder, CrowdAnswer>('listeners');

  /** Resolves when each has heard how its job is. */
  async listen(url: string, apiKey: string, jobs: readonly string[]): Promise<void> {
    await this.#ask({ kind: 'listen', url, apiKey, jobs });
  }

  /** Waits until all of these jobs have been heard to end, and tells when. */
  async ends(jobs: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const answer = await this.#ask({ kind: 'tell', jobs });
    return new Map(answer.kind === 'heard' ? answer.at : []);
  }

  leave(): Promise<void> {
    return this.#program.stop();
  }

  #ask(order: CrowdOrder): Promise<CrowdAnswer> {
    const answer = this.#program.hear();
    this.#program.tell(order);
    return answer;
  }
}

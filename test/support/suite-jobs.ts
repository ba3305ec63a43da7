import { type Attempt, isFinal, type Job } from '#libs/contracts';
import { eventually } from './eventually.js';
import { type ApiAnswer, type TestSuite } from './test-suite.js';

/** Jobs of a running suite, as its users handle them. */
export class SuiteJobs {
  constructor(
    private readonly suite: TestSuite,
    private readonly key?: string,
  ) {}

  /** Enqueues a job. @throws Error when it is not accepted */
  async enqueue(task: string, payload: unknown, options: Readonly<Record<string, unknown>> = {}): Promise<Job> {
    const { status, body } = await this.ask<Job>('POST', '/v1/jobs', { task, payload, ...options });
    if (status !== 202) throw new Error(`The job was answered with ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  async show(id: string): Promise<Job> {
    return (await this.ask<Job>('GET', `/v1/jobs/${id}`)).body;
  }

  async attempts(id: string): Promise<readonly Attempt[]> {
    return (await this.ask<Attempt[]>('GET', `/v1/jobs/${id}/attempts`)).body;
  }

  /** Waits until a job is as it is wanted. @throws Error when it becomes final in another way */
  async until(id: string, wanted: (job: Job) => boolean, withinMs?: number): Promise<Job> {
    let job: Job | undefined;
    const look = async (): Promise<Job | undefined> => {
      job = await this.show(id);
      if (wanted(job)) return job;
      if (isFinal(job.status)) throw new Error(`The job has ended, but not as it was wanted: ${JSON.stringify(job)}`);
      return undefined;
    };
    return eventually(`job ${id}`, look, () => job, withinMs);
  }

  completed(id: string, withinMs?: number): Promise<Job> {
    return this.until(id, ({ status }) => status === 'completed', withinMs);
  }

  failed(id: string): Promise<Job> {
    return this.until(id, ({ status }) => status === 'failed');
  }

  ask<T>(method: string, path: string, body?: unknown): Promise<ApiAnswer<T>> {
    return this.suite.api<T>(method, path, body, this.key === undefined ? {} : { key: this.key });
  }
}

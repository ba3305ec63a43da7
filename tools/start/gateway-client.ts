import { setTimeout as wait } from 'node:timers/promises';

const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 250;

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** The launcher's own way to talk to the gateway. */
export class GatewayClient {
  constructor(
    readonly url: string,
    private readonly apiKey: string,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.call<T>({ method: 'GET', path });
  }

  post<T>(path: string, body: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return this.call<T>({ method: 'POST', path, headers, body: JSON.stringify(body) });
  }

  upload<T>(filename: string, contentType: string, content: Uint8Array<ArrayBuffer>): Promise<T> {
    const path = `/v1/files?filename=${encodeURIComponent(filename)}`;
    return this.call<T>({ method: 'POST', path, headers: { 'content-type': contentType }, body: content });
  }

  /**
   * Waits until every one of the apps has announced a task.
   * @returns the apps whose tasks did not appear in time; empty when all are there.
   */
  async awaitTasks(apps: readonly string[], patienceMs: number): Promise<readonly string[]> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const { data } = await this.get<{ data: readonly { queue: string }[] }>('/v1/tasks?limit=200');
      const missing = apps.filter((app) => !data.some(({ queue }) => queue === app));
      if (missing.length === 0 || Date.now() > deadline) return missing;
      await wait(LOOK_EVERY_MS);
    }
  }

  private async call<T>({ method, path, headers, body }: Call): Promise<T> {
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: { authorization: `Bearer ${this.apiKey}`, ...headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}

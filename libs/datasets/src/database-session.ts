import { type DatabaseTrouble, type DatasetRefusal } from './errors.js';

/** The connection of one job. When its signal aborts, what runs is ended in the database, and the connection closed. */
export abstract class DatabaseSession<Client> {
  #running = false;
  #closing: Promise<void> | undefined;

  protected constructor(
    protected readonly client: Client,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /**
   * Does one thing on the connection.
   * @throws DatabaseTrouble, DatasetRefusal, or the reason of the signal
   */
  async run<T>(work: (client: Client) => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    this.#running = true;
    try {
      return await work(this.client);
    } catch (error) {
      this.signal.throwIfAborted();
      throw this.errorOf(error);
    } finally {
      this.#running = false;
    }
  }

  /** A transaction that is open is rolled back by it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** True while the database works on something. */
  protected get isBusy(): boolean {
    return this.#running;
  }

  /** Ends what the connection runs. A server that cannot be asked ends it when it finds the connection gone. */
  protected abstract cancel(): Promise<void>;
  protected abstract end(): Promise<void>;
  protected abstract errorOf(error: unknown): DatasetRefusal | DatabaseTrouble;

  async #close(): Promise<void> {
    this.signal.removeEventListener('abort', this.#onAbort);
    if (this.isBusy) await this.cancel();
    await this.end();
  }

  readonly #onAbort = (): void => {
    void this.close();
  };
}

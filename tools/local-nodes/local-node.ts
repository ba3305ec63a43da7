/** A broker or database that the launcher runs itself. One data folder, one node; a later start goes on where it stopped. */
export interface LocalNode {
  /** Where clients find it; known after the first start, and the same after every further start of this object. */
  readonly url: string;
  /** The server's own processes, without helpers. */
  readonly pids: readonly number[];
  /** How the running node ends, in words; of the latest start. */
  readonly ended: Promise<string>;
  /** @throws Problem with the end of the log when it does not come up. */
  start(): Promise<void>;
  /** Ends it in order and leaves no process behind. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would, and leaves no process behind. */
  kill(): Promise<void>;
}

/** A RabbitMQ node that the launcher runs itself, with the management plugin. */
export interface LocalBroker extends LocalNode {
  /** The management UI and API; takes the user and password of `url`. */
  readonly managementUrl: string;
  /** Runs `rabbitmqctl` on the running node and gives what it prints. @throws Problem when it fails */
  control(...command: readonly string[]): Promise<string>;
}

import { type WorkOrder } from '#libs/contracts';
import { type Delivery } from './ports.js';

/** Why a handler was told to stop: its time is over, its run was voided, or the app ends. */
export type StopReason = 'timeout' | 'voided' | 'draining';

const REASONS: Readonly<Record<StopReason, readonly [message: string, name: string]>> = {
  timeout: ['The time-out of the job is over.', 'TimeoutError'],
  voided: ['The job was cancelled, or another run took its place.', 'AbortError'],
  draining: ['The app ends; the job will run elsewhere.', 'AbortError'],
};

/** A run that this process has, from its delivery until it is settled. */
export class RunInHand {
  readonly order: WorkOrder;
  /** Settles when nobody waits for the handler any longer. */
  readonly left: Promise<void>;
  #controller: AbortController | undefined;
  readonly #deliveries: Delivery[];
  #leave!: () => void;
  #stopped: StopReason | undefined;

  constructor(order: WorkOrder, delivery: Delivery) {
    this.order = order;
    this.#deliveries = [delivery];
    this.left = new Promise((resolve) => (this.#leave = resolve));
  }

  /** The handler's. It is made when it is first asked for: on Node 20 it has shapes of its own (decision 42). */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.#abort();
    }
    return this.#controller.signal;
  }

  /** The first reason to stop; a handler that ends after it does so in vain. */
  get stopped(): StopReason | undefined {
    return this.#stopped;
  }

  /** What is acknowledged when the run is settled. */
  get deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }

  /** The run's message came again, because the channel of the one before is gone. */
  deliveredAgain(delivery: Delivery): void {
    this.#deliveries.push(delivery);
  }

  stop(reason: StopReason): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    this.#abort();
  }

  /** Waits no longer for a handler that was told to stop. */
  leave(): void {
    this.#leave();
  }

  #abort(): void {
    if (this.#stopped !== undefined) this.#controller?.abort(new DOMException(...REASONS[this.#stopped]));
  }
}

import { type Report } from '#libs/contracts';
import { type DeadLetters, type Delivery, type ReportSink, type Unreadable } from './ports.js';

/** What is known of a message when it leaves our hands. */
export type Conclusion =
  | { readonly kind: 'reported'; readonly report: Report }
  | { readonly kind: 'unreadable'; readonly delivery: Delivery; readonly why: Unreadable }
  /** Its report is confirmed already. */
  | { readonly kind: 'settled before' };

/** The one place that acknowledges. */
export class Settlement {
  readonly #reports: ReportSink;
  readonly #deadLetters: DeadLetters;

  constructor(reports: ReportSink, deadLetters: DeadLetters) {
    this.#reports = reports;
    this.#deadLetters = deadLetters;
  }

  /**
   * What is to be said of a message is confirmed by the broker, then it is acknowledged. A process that dies in between
   * gets the message again and says it twice, which is harmless.
   * @param deliveries looked up after the confirm, because the message may have come again meanwhile
   */
  async settle(conclusion: Conclusion, deliveries: () => readonly Delivery[]): Promise<void> {
    await this.#say(conclusion);
    for (const delivery of deliveries()) delivery.ack();
  }

  async #say(conclusion: Conclusion): Promise<void> {
    switch (conclusion.kind) {
      case 'reported':
        return this.#reports.report(conclusion.report);
      case 'unreadable':
        return this.#deadLetters.bury(conclusion.delivery, conclusion.why);
      case 'settled before':
        return;
    }
  }
}

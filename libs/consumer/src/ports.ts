import { type Delivery as BrokerDelivery } from '#libs/broker';
import { type Report, type SpawnedJob, type TellingReport } from '#libs/contracts';

/** A message in our hands, as far as it matters here. */
export type Delivery = Pick<BrokerDelivery, 'properties' | 'body' | 'redelivered' | 'gone' | 'ack'>;

/** Takes what is said of runs. */
export interface ReportSink {
  /** Settles when the broker has the report; rejects only when the app gives up waiting for that. */
  report(report: Report): Promise<void>;
  /** Sends progress or a log line if it can. */
  tell(report: TellingReport): void;
}

/** Takes jobs that jobs start. */
export interface JobOutlet {
  /** Settles when the broker has the job; rejects only when the signal aborts first. @param body JSON */
  send(task: string, body: string, job: SpawnedJob, signal: AbortSignal): Promise<void>;
}

/** Why a message cannot be read. */
export interface Unreadable {
  readonly code: string;
  readonly reason: string;
}

/** Takes messages that nobody can read. */
export interface DeadLetters {
  /** Settles when the broker has the message among the dead letters; rejects only when the app gives up waiting for that. */
  bury(delivery: Delivery, why: Unreadable): Promise<void>;
}

import { type JobStatus } from '#libs/contracts';
import { type End } from '../job-request.js';
import { type Batch } from './batches.js';

/** A job in its flow. */
export interface FlowNode {
  readonly kind: 'job';
  /** Null: it is within one that is still to come, and has none yet. */
  readonly id: string | null;
  readonly task: string;
  /** `waiting`: it is enqueued when what it follows has ended so; `skipped`: that has ended otherwise for good. */
  readonly status: JobStatus | 'waiting' | 'skipped';
  /** How it came into the flow; null of the job that it begins with. */
  readonly by: 'then' | 'spawn' | 'batch' | null;
  /** Which end it waits for; null when it waits for none any more. */
  readonly on: End | null;
  readonly errorCode: string | null;
  readonly createdAt: string | null;
  readonly completedAt: string | null;
  /** The batch of the jobs that it has spawned. */
  readonly spawned: Batch | null;
  readonly children: readonly FlowNode[];
}

/** A batch that a flow begins with. */
export interface FlowBatchNode extends Batch {
  readonly kind: 'batch';
  readonly children: readonly FlowNode[];
}

/** The tree of jobs that belong together. */
export interface Flow {
  readonly root: FlowNode | FlowBatchNode;
  /** There are more jobs than are shown: `leveret.jobs.list({ batchId })` lists those of a batch. */
  readonly truncated: boolean;
}

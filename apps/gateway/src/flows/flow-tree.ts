import { isRecord, type JobStatus } from '#libs/contracts';
import { shownBatch, type ShownBatch } from '../batches/batch-view.js';
import { type End } from '../ledger/follow-up.js';
import { isoOf } from '../ledger/job-row.js';
import { type FlowJob, type FlowRoot, type FlowStore, type WaitingJob } from '../ledger/flow-store.js';
import { grouped } from '../ledger/grouped.js';

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
  spawned: ShownBatch | null;
  readonly children: FlowNode[];
}

/** A batch that a flow begins with. */
export interface FlowBatchNode extends ShownBatch {
  readonly kind: 'batch';
  readonly children: FlowNode[];
}

/** The tree of jobs that belong together; the same whichever of them is asked for. */
export interface Flow {
  readonly root: FlowNode | FlowBatchNode;
  /** There are more jobs than are shown: `GET /v1/jobs?batchId=` lists those of a batch. */
  readonly truncated: boolean;
}

const MOST_NODES = 1_000;
const MOST_CHILDREN = 100;

/** Reads the flow that begins at a root. Undefined: it has been deleted. */
export async function readFlow(store: FlowStore, { kind, id }: FlowRoot): Promise<Flow | undefined> {
  const growth = new Growth(store);
  const root = kind === 'job' ? await growth.job(id) : await growth.batch(id);
  if (root === undefined) return undefined;
  await growth.grow();
  return { root, truncated: growth.truncated };
}

/** A tree that grows level by level until there is nothing more, or too much. */
class Growth {
  truncated = false;
  readonly #store: FlowStore;
  /** The nodes whose children are not read yet, by id. */
  #edge = new Map<string, FlowNode>();
  #nodes = 1;

  constructor(store: FlowStore) {
    this.#store = store;
  }

  async job(id: string): Promise<FlowNode | undefined> {
    const job = await this.#store.job(id);
    return job && this.#add(nodeOf(job, null), job.id);
  }

  async batch(id: string): Promise<FlowBatchNode | undefined> {
    const batch = await this.#store.batch(id);
    if (batch === undefined) return undefined;
    const children: FlowNode[] = [];
    const over = batch.completedAt !== null;
    const waiting = (await this.#store.waitingOf([id])).map((next) => waitingNode(next, over));
    const jobs = (await this.#store.jobsOfBatch(id, MOST_CHILDREN + 1)).map((job) =>
      nodeOf(job, job.batchId === id ? 'batch' : 'then'),
    );
    this.#put(children, [...jobs, ...waiting]);
    return { kind: 'batch', ...shownBatch(batch), children };
  }

  async grow(): Promise<void> {
    while (this.#edge.size > 0) {
      const edge = this.#edge;
      this.#edge = new Map();
      const ids = [...edge.keys()];
      await this.#addSpawned(edge, ids);
      const jobs = grouped(await this.#store.childrenOf(ids, MOST_CHILDREN + 1), ({ parentId }) => parentId ?? '');
      const waiting = grouped(await this.#store.waitingOf(ids), ({ of }) => of);
      for (const [id, node] of edge) {
        this.#put(node.children, [
          ...(jobs.get(id) ?? []).map((job) => nodeOf(job, job.batchId === id ? 'spawn' : 'then')),
          ...(waiting.get(id) ?? []).map((next) => waitingNode(next, isOver(node, next))),
        ]);
      }
    }
  }

  async #addSpawned(edge: ReadonlyMap<string, FlowNode>, ids: readonly string[]): Promise<void> {
    for (const id of await this.#store.spawners(ids)) {
      const batch = await this.#store.batch(id);
      const node = edge.get(id);
      if (batch !== undefined && node !== undefined) node.spawned = shownBatch(batch);
    }
  }

  // What follows is shown before what is one of many.
  #put(children: FlowNode[], nodes: readonly FlowNode[]): void {
    const following = nodes.filter(({ by }) => by === 'then');
    for (const node of [...following, ...nodes.filter(({ by }) => by !== 'then')]) {
      if (this.#nodes >= MOST_NODES || children.length >= MOST_CHILDREN) {
        this.truncated = true;
        return;
      }
      children.push(this.#add(node, node.id));
    }
  }

  #add(node: FlowNode, id: string | null): FlowNode {
    this.#nodes += 1;
    if (id !== null && node.status !== 'waiting' && node.status !== 'skipped') this.#edge.set(id, node);
    return node;
  }
}

function nodeOf(job: FlowJob, by: FlowNode['by']): FlowNode {
  const { id, task, status, errorCode, createdAt, completedAt } = job;
  return {
    ...{ kind: 'job', id, task, status, by, on: null, errorCode },
    ...{ createdAt: isoOf(createdAt), completedAt: isoOf(completedAt), spawned: null, children: [] },
  };
}

function waitingNode(
  { id, task, on, then }: Omit<WaitingJob, 'id' | 'of' | 'ofBatch'> & { id: string | null },
  over: boolean,
): FlowNode {
  const status = over ? 'skipped' : 'waiting';
  const within = then.filter(isRecord).map((entry) => waitingNode({ id: null, ...nextOf(entry) }, over));
  return {
    ...{ kind: 'job', id, task, status, by: 'then', on, errorCode: null },
    ...{ createdAt: null, completedAt: null, spawned: null, children: within },
  };
}

/** An entry of a `then` that was checked when it was taken. */
function nextOf(entry: Readonly<Record<string, unknown>>): Pick<WaitingJob, 'task' | 'on' | 'then'> {
  const { task, on = 'completed', then = [] } = entry as { task: string; on?: End; then?: readonly unknown[] };
  return { task, on, then };
}

/** What has completed stays so. What has failed or was cancelled may be retried, and complete yet. */
function isOver(node: FlowNode, waiting: WaitingJob): boolean {
  return waiting.ofBatch ? (node.spawned?.completedAt ?? null) !== null : node.status === 'completed';
}

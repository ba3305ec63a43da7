import { isTaskName, isTenantName } from './names.js';
import { isBoolean, isCount, isText, nullable, perhaps, shape } from './shape.js';
import {
  checkVersion,
  decoded,
  type Decoded,
  type MessageProperties,
  undecodable,
  VERSION_HEADER,
  WIRE_VERSION,
} from './wire.js';

/** One message sent out for a job: what a worker needs to run it. The payload travels as the body. */
export interface WorkOrder {
  readonly jobId: string;
  /** Counts the messages that the ledger has sent out for the job. */
  readonly run: number;
  /** The number this execution has if it is charged, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly task: string;
  readonly tenant: string;
  readonly priority: number;
  readonly timeoutMs: number;
  /** Whether the process that runs it is to run nothing else meanwhile. */
  readonly alone: boolean;
  /** Hash of the schema that the gateway checked the payload against. */
  readonly schemaHash: string | null;
  readonly createdAt: string;
  /** The time that the job was meant for; null when it was meant for the time of its creation. */
  readonly scheduledFor: string | null;
  readonly metadata: string;
  readonly traceparent: string | null;
}

interface WorkHeaders {
  readonly 'x-run': number;
  readonly 'x-attempt': number;
  readonly 'x-max-attempts': number;
  readonly 'x-tenant': string;
  readonly 'x-timeout': number;
  readonly 'x-alone'?: boolean;
  readonly 'x-schema': string | null;
  readonly 'x-created-at': string;
  readonly 'x-scheduled-for'?: string | null;
  readonly 'x-metadata': string;
  readonly traceparent: string | null;
}

const isWorkHeaders = shape<WorkHeaders>({
  'x-run': isCount,
  'x-attempt': isCount,
  'x-max-attempts': isCount,
  'x-tenant': isText,
  'x-timeout': isCount,
  'x-alone': perhaps(isBoolean),
  'x-schema': nullable(isText),
  'x-created-at': isText,
  'x-scheduled-for': perhaps(nullable(isText)),
  'x-metadata': isText,
  traceparent: nullable(isText),
});

/** Properties of the message that carries a work order. */
export function encodeWorkOrder(order: WorkOrder): MessageProperties {
  const headers: WorkHeaders = {
    'x-run': order.run,
    'x-attempt': order.attempt,
    'x-max-attempts': order.maxAttempts,
    'x-tenant': order.tenant,
    'x-timeout': order.timeoutMs,
    ...(order.alone ? { 'x-alone': true } : {}),
    'x-schema': order.schemaHash,
    'x-created-at': order.createdAt,
    'x-scheduled-for': order.scheduledFor,
    'x-metadata': order.metadata,
    traceparent: order.traceparent,
  };
  return {
    messageId: order.jobId,
    type: order.task,
    contentType: 'application/json',
    priority: order.priority,
    headers: { [VERSION_HEADER]: WIRE_VERSION, ...headers },
  };
}

/** A work order from the properties of its message; the body is not looked at. */
export function decodeWorkOrder(properties: MessageProperties): Decoded<WorkOrder> {
  const { messageId, type, headers } = properties;
  const version = checkVersion(headers);
  if (!version.ok) return version;
  if (messageId === undefined || type === undefined || !isTaskName(type)) {
    return undecodable('not_a_job', 'Expected properties messageId (a job id) and type (a task name).');
  }
  if (!isWorkHeaders(headers) || !isTenantName(headers['x-tenant'])) {
    return undecodable(
      'not_a_job',
      `Expected headers of a work order, got ${Object.keys(headers).join(', ') || 'none'}.`,
    );
  }
  return decoded({
    jobId: messageId,
    run: headers['x-run'],
    attempt: headers['x-attempt'],
    maxAttempts: headers['x-max-attempts'],
    task: type,
    tenant: headers['x-tenant'],
    priority: properties.priority ?? 0,
    timeoutMs: headers['x-timeout'],
    alone: headers['x-alone'] === true,
    schemaHash: headers['x-schema'],
    createdAt: headers['x-created-at'],
    scheduledFor: headers['x-scheduled-for'] ?? null,
    metadata: headers['x-metadata'],
    traceparent: headers.traceparent,
  });
}

import { type Delivery } from '#libs/broker';
import {
  checkVersion,
  decoded,
  type Decoded,
  isRecord,
  isTaskName,
  type MessageProperties,
  optionsIn,
  undecodable,
} from '#libs/contracts';
import { checkJson } from '../http/json-check.js';
import { parseJson } from '../http/parse-json.js';
import { Problem } from '../http/problem.js';
import { readTraceparent } from '../jobs/traceparent.js';

/** A published message, read as the body of a `POST /v1/jobs`. */
export interface PublishedRequest {
  readonly request: Readonly<Record<string, unknown>>;
  readonly traceparent: string | null;
}

/** Reads a message that a service published: the body is the payload, properties and headers are the job's options. */
export function readRequest({ properties, body, routingKey }: Delivery): Decoded<PublishedRequest> {
  const version = checkVersion(properties.headers);
  if (!version.ok) return version;
  if (!isTaskName(routingKey)) return undecodable('not_a_task', `Expected a task name as key, got "${routingKey}".`);
  try {
    const about = { task: routingKey, payload: parseJson(body) };
    const request = Object.assign({}, furtherOptions(properties), about, optionsOf(properties));
    return decoded({ request, traceparent: readTraceparent(properties.headers['traceparent']) });
  } catch (error) {
    if (error instanceof Problem) return undecodable('unreadable_message', error.message);
    throw error;
  }
}

function optionsOf({ priority, headers }: MessageProperties): Record<string, unknown> {
  const options = {
    priority,
    maxAttempts: headers['x-max-attempts'],
    concurrencyKey: headers['x-concurrency-key'],
    metadata: jsonIn('x-metadata', headers['x-metadata']),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function furtherOptions(properties: MessageProperties): Readonly<Record<string, unknown>> {
  const options = jsonIn('x-options', optionsIn(properties));
  if (options === undefined) return {};
  if (!isRecord(options)) throw new Problem(400, 'Expected an object in the header x-options.');
  return options;
}

// A table of AMQP as well as JSON text.
function jsonIn(name: string, header: unknown): unknown {
  try {
    if (typeof header === 'string') return parseJson(Buffer.from(header));
    checkJson(header);
    return header;
  } catch (error) {
    if (error instanceof Problem) throw new Problem(error.status, `The header ${name}: ${error.message}`);
    throw error;
  }
}

import { type MessageProperties, VERSION_HEADER, WIRE_VERSION } from './wire.js';

const PARENT = 'x-parent';
const DOMAIN = 'x-domain';
const OPTIONS = 'x-options';

/** A job that another job starts: published to `leveret.jobs` with its task as key and its payload as body. */
export interface SpawnedJob {
  /** The same for the same parent and key, whichever run sends it. */
  readonly id: string;
  /** The job that starts it. */
  readonly parent: string;
  /** The domain of the app that runs the parent. */
  readonly domain: string;
  /** JSON text of an object: further fields of a `POST /v1/jobs`. */
  readonly options: string;
}

/** Properties of the message that is a spawned job. */
export function encodeSpawn({ id, parent, domain, options }: SpawnedJob): MessageProperties {
  const headers = { [VERSION_HEADER]: WIRE_VERSION, [PARENT]: parent, [DOMAIN]: domain, [OPTIONS]: options };
  return { messageId: id, contentType: 'application/json', headers };
}

/** Who says that they have spawned the job of a message: claims, as they came. Undefined: nobody does. */
export function spawnerIn({ headers }: MessageProperties): { parent: unknown; domain: unknown } | undefined {
  return headers[PARENT] === undefined ? undefined : { parent: headers[PARENT], domain: headers[DOMAIN] };
}

/** Further fields of a `POST /v1/jobs` that a message carries: JSON text, or a table of AMQP. */
export function optionsIn({ headers }: MessageProperties): unknown {
  return headers[OPTIONS];
}

import { type ChunkFilter } from '../../support/tcp-proxy.js';

const PROTOCOL_HEADER_BYTES = 8;
/** Type, channel and size before a frame's payload, and one byte behind it. */
const FRAME_HEAD_BYTES = 7;
const FRAME_END_BYTES = 1;
const METHOD_FRAME = 1;
const BASIC = 60;
const ACK = 80;

/** Stands between a worker and the broker and can keep the worker's acknowledgements back; all else passes. */
export class AckGate {
  /** Acknowledgements kept back since the gate was closed. */
  held = 0;
  #closed = false;

  close(): void {
    [this.#closed, this.held] = [true, 0];
  }

  open(): void {
    this.#closed = false;
  }

  /** The filter of one connection, which cuts its stream into AMQP frames. */
  filter(): ChunkFilter {
    let rest = Buffer.alloc(0);
    let greeted = false;
    return (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      const passed: Buffer[] = [];
      if (!greeted && rest.length >= PROTOCOL_HEADER_BYTES) {
        passed.push(rest.subarray(0, PROTOCOL_HEADER_BYTES));
        rest = rest.subarray(PROTOCOL_HEADER_BYTES);
        greeted = true;
      }
      for (let frame = greeted ? firstFrame(rest) : undefined; frame !== undefined; frame = firstFrame(rest)) {
        rest = rest.subarray(frame.length);
        if (this.#closed && isAcknowledgement(frame)) this.held += 1;
        else passed.push(frame);
      }
      return Buffer.concat(passed);
    };
  }
}

function firstFrame(bytes: Buffer): Buffer | undefined {
  if (bytes.length < FRAME_HEAD_BYTES) return undefined;
  const length = FRAME_HEAD_BYTES + bytes.readUInt32BE(3) + FRAME_END_BYTES;
  return bytes.length < length ? undefined : bytes.subarray(0, length);
}

function isAcknowledgement(frame: Buffer): boolean {
  return (
    frame.readUInt8(0) === METHOD_FRAME &&
    frame.readUInt16BE(FRAME_HEAD_BYTES) === BASIC &&
    frame.readUInt16BE(FRAME_HEAD_BYTES + 2) === ACK
  );
}

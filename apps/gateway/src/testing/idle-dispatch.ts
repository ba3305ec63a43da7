import { type ControlDispatch, type Dispatch, type Turns } from '../ledger/outbox.js';

/** A gateway that sends nothing of what the ledger commits: rows stay in the outbox, where a spec looks at them. */
export const IDLE_DISPATCH: Dispatch & ControlDispatch & Turns = {
  takes: () => false,
  admits: () => true,
  send: () => undefined,
  holds: () => undefined,
  wake: () => undefined,
  hurry: () => undefined,
  left: () => undefined,
};

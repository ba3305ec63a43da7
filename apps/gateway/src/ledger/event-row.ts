/** An event that has been checked and may be taken in. */
export interface NewEvent {
  /** The ledger's own name of it. */
  readonly uid: string;
  readonly tenant: string;
  /** As its sender names it: of a tenant's events with one id, the first counts. */
  readonly id: string;
  readonly type: string;
  /** JSON text. */
  readonly data: string;
  /** Whether it is yet to be published, for those who listen to the broker. */
  readonly toPublish: boolean;
}

/** An event of the ledger. */
export interface EventRecord extends Pick<NewEvent, 'uid' | 'tenant' | 'id' | 'type'> {
  readonly data: unknown;
  readonly receivedAt: Date;
}

/** What became of an event on its way in. */
export interface TakenEvent {
  readonly id: string;
  readonly type: string;
  readonly receivedAt: Date;
  /** False: one with its id came before, and this one starts nothing. */
  readonly isNew: boolean;
}

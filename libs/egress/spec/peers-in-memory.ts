import { type Peers } from '../src/dependencies/dependencies.js';

type Listener = Parameters<Peers['listen']>[0];

/** An exchange in memory, for processes of one app in one test. */
export class PeersInMemory {
  readonly #listeners: Listener[] = [];

  /** @param losing says which of what this one tells is lost */
  join(self: string, losing: () => boolean = () => false): Peers {
    return {
      self,
      tell: (news) => {
        if (losing()) return;
        const told = JSON.stringify(news);
        for (const { heard } of this.#listeners) heard(self, JSON.parse(told));
      },
      listen: (on) => {
        this.#listeners.push(on);
        on.joined();
      },
    };
  }
}

/** The other processes of the same app, as far as they can be reached by the broker. */
export interface AppPeers {
  /** The name of this process. */
  readonly self: string;
  /** Tells all of them, this one too. What the broker does not take is lost. @param news JSON */
  tell(news: unknown): void;
  /**
   * Calls back with what is told from then on, and whenever the process begins to hear it: at the start, and after each
   * reconnect. To be called before the app listens, once.
   */
  listen(on: { readonly heard: (from: string, news: unknown) => void; readonly joined: () => void }): void;
}

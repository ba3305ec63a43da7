import { freePort } from '../local-nodes/ports.js';
import { AppKeeper, type KeeperSurroundings } from '../processes/app-keeper.js';
import { LogOfProcess } from '../processes/line-sink.js';
import { INBOX_MAIN } from '../project/app-list.js';
import { type DataFolder } from './data-folder.js';

const PROCESS = 'mail-inbox';
const STOP_GRACE_MS = 5_000;

/** The inbox that mails end in when the person has named no server for them. */
export class MailInbox {
  private constructor(
    private readonly keeper: AppKeeper,
    /** Where the email app hands its mails to. */
    readonly smtpUrl: string,
  ) {}

  /** Chooses its ports; they stay the same when it is started again. */
  static async prepare(data: DataFolder, around: KeeperSurroundings): Promise<MailInbox> {
    const smtp = await freePort();
    const http = await freePort();
    const keeper = new AppKeeper(
      {
        app: PROCESS,
        process: PROCESS,
        main: INBOX_MAIN,
        env: { MAIL_INBOX_SMTP_PORT: String(smtp), MAIL_INBOX_HTTP_PORT: String(http) },
        recordFile: data.processFile(PROCESS),
        lines: new LogOfProcess(data.logFile(PROCESS), (text) => {
          around.say(`[${PROCESS}] ${text}`);
        }),
      },
      around,
    );
    return new MailInbox(keeper, `smtp://127.0.0.1:${smtp}`);
  }

  /** The page's address, with a slash at its end; null until it runs. */
  get url(): string | null {
    return this.keeper.url ?? null;
  }

  get pid(): number | undefined {
    return this.keeper.pid;
  }

  /** @throws Problem when it does not start. */
  start(): Promise<void> {
    return this.keeper.start();
  }

  stop(): Promise<void> {
    return this.keeper.stop(STOP_GRACE_MS);
  }

  killNow(): void {
    this.keeper.killNow();
  }
}

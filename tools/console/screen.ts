const REWRITE_EVERY_MS = 1_000;
const REPEAT_EVERY_MS = 10_000;
const CLEAR_LINE = '\r\u001b[K';

/** Lines for the person at the terminal, and under them one line that says what is going on and for how long. */
export class Screen {
  private readonly running = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {}

  say(line = ''): void {
    this.out.write(this.out.isTTY ? `${CLEAR_LINE}${line}\n` : `${line}\n`);
    this.showRunning();
  }

  /** Shows `title` and the elapsed seconds while `work` runs; steps may run side by side. */
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const began = Date.now();
    this.begin(title, began);
    try {
      const result = await work();
      this.end(title);
      this.say(`✓ ${title} (${seconds(began)} s)`);
      return result;
    } catch (error) {
      this.end(title);
      this.say(`✗ ${title} (${seconds(began)} s)`);
      throw error;
    }
  }

  private begin(title: string, began: number): void {
    this.running.set(title, began);
    this.timer ??= setInterval(
      () => {
        this.showRunning(true);
      },
      this.out.isTTY ? REWRITE_EVERY_MS : REPEAT_EVERY_MS,
    ).unref();
    this.showRunning();
  }

  private end(title: string): void {
    this.running.delete(title);
    if (this.running.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private showRunning(due = false): void {
    if (this.running.size === 0 || !(this.out.isTTY || due)) return;
    const line = [...this.running].map(([title, began]) => `${title}, ${seconds(began, 0)} s`).join(' · ');
    this.out.write(this.out.isTTY ? `${CLEAR_LINE}… ${line}`.slice(0, this.out.columns) : `… ${line}\n`);
  }
}

function seconds(since: number, digits = 1): string {
  return ((Date.now() - since) / 1_000).toFixed(digits);
}

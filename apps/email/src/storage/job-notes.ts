import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type JobContext } from '#libs/consumer';
import { decodeJson, isRecord } from '#libs/contracts';
import { FileMissingError, outputKey, type Storage } from '#libs/storage';

const ABOUT = { filename: 'note.json', contentType: 'application/json' };
/** Beside the files of the job's runs, which are counted from 1; it goes with them. */
const OF_NO_RUN = 0;

/** What one run of a job has noted for the others. */
export interface Note {
  readonly run: number;
  readonly state: string;
}

type Whose = Pick<JobContext, 'tenant' | 'id' | 'run'>;

/** Notes that the runs of a job share. Whatever runs there are at once, one alone enters a note, and the others see it. */
export class JobNotes {
  constructor(private readonly storage: Pick<Storage, 'read' | 'put' | 'create'>) {}

  /** The note of this name; undefined when no run has entered one. */
  async find(job: Whose, name: string): Promise<Note | undefined> {
    try {
      const { stream } = await this.storage.read(keyOf(job, name));
      return noteIn(await text(stream));
    } catch (error) {
      if (error instanceof FileMissingError) return undefined;
      throw error;
    }
  }

  /** Enters a note of the job's run, unless there is one of this name. The answer is the note that there is then. */
  async enter(job: Whose, name: string, state: string): Promise<Note> {
    if (await this.storage.create(keyOf(job, name), written(job, state), ABOUT)) return { run: job.run, state };
    return (await this.find(job, name)) ?? UNREADABLE;
  }

  /** Changes a note that this run has entered. */
  async change(job: Whose, name: string, state: string): Promise<void> {
    await this.storage.put(keyOf(job, name), Readable.from([written(job, state)]), ABOUT);
  }
}

/** Of somebody, so it is nobody's own. */
const UNREADABLE: Note = { run: 0, state: 'unreadable' };

function keyOf({ tenant, id }: Whose, name: string): string {
  return outputKey(tenant, id, OF_NO_RUN, name);
}

function written({ run }: Whose, state: string): Buffer {
  return Buffer.from(JSON.stringify({ run, state }));
}

function noteIn(json: string): Note {
  const decoded = decodeJson(Buffer.from(json));
  const { run, state } = decoded.ok && isRecord(decoded.value) ? decoded.value : {};
  return typeof run === 'number' && typeof state === 'string' ? { run, state } : UNREADABLE;
}

import { IsOptional } from 'class-validator';
import { Task, TaskController } from '#libs/consumer';

/** The payload of `lab.noop`. */
class NoopPayload {
  /** Makes the message as large as a benchmark wants it. */
  @IsOptional()
  ballast?: unknown;
}

/** A job that costs nothing but its way through the suite. */
@TaskController('lab')
export class NoopHandler {
  @Task('noop', { payload: NoopPayload, description: 'Does nothing.', example: {} })
  noop(): null {
    return null;
  }
}

import { Ctx, Payload } from '@nestjs/microservices';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { type JobContext, Task, TaskController } from '#libs/consumer';

/** The payload of `lab.spawn`. */
class SpawnPayload {
  @IsInt()
  @Min(0)
  @Max(10_000)
  jobs!: number;

  /** The first attempt kills its process when it has spawned so many. */
  @IsOptional()
  @IsInt()
  @Min(0)
  crashAfter?: number;

  /** For the jobs, as of `lab.script`. */
  @IsOptional()
  @IsString()
  witness?: string;
}

/** A job that starts others. */
@TaskController('lab')
export class SpawnHandler {
  @Task('spawn', { payload: SpawnPayload, description: 'Starts scripted jobs.', example: { jobs: 2 } })
  async spawn(@Payload() payload: SpawnPayload, @Ctx() job: JobContext): Promise<{ spawned: number }> {
    const { jobs, crashAfter, witness } = payload;
    const children = Array.from({ length: jobs }, (_, number) => ({
      key: `child ${number}`,
      task: 'lab.script',
      payload: { steps: ['ok'], ...(witness === undefined ? {} : { witness }) },
    }));
    if (crashAfter !== undefined && job.attempt === 1) {
      await job.spawn(children.slice(0, crashAfter));
      process.kill(process.pid, 'SIGKILL');
    }
    return { spawned: (await job.spawn(children)).length };
  }
}

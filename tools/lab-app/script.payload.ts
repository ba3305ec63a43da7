import { ArrayNotEmpty, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { Secret } from '#libs/consumer';

/** What a run of a scripted job does. */
export const ACTIONS = ['ok', 'fail', 'reject', 'snooze', 'hold', 'save', 'crash', 'large-result', 'bad-text'] as const;
export type Action = (typeof ACTIONS)[number];

/** The payload of `lab.script`. */
export class ScriptPayload {
  /** One action for each run or attempt, the last for all further ones. */
  @ArrayNotEmpty()
  @IsIn(ACTIONS, { each: true })
  steps!: Action[];

  /** What the steps are counted by: messages sent out for the job, or charged executions. @default run */
  @IsOptional()
  @IsIn(['run', 'attempt'])
  by?: 'run' | 'attempt';

  /** How long `hold` lasts, `snooze` puts off, and it takes until a `crash`: without it that comes at once. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(600_000)
  ms?: number;

  /** What the run says in its progress, its log and its error. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  says?: string;

  /** A file whose appearance ends `hold` early. */
  @IsOptional()
  @IsString()
  gate?: string;

  /** A file that gets lines `<job id> <run> <begin|end> <ms since 1970> <attempt>`: what happened, seen from outside. */
  @IsOptional()
  @IsString()
  witness?: string;

  /** An address that gets a POST with the job's id and run before the action. */
  @IsOptional()
  @IsString()
  target?: string;

  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  @Secret()
  password?: string;
}

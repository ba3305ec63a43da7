import { type Type } from '@nestjs/common';
import { type TaskAnnouncement } from '#libs/contracts';
import { WiringError } from './errors.js';
import { type JobContext } from './job-context.js';
import { type AppTerms, resolveTask } from './resolve-task.js';
import { type TaskDeclaration } from './task-decorators.js';

/** Calls a handler through Nest, with its guards, pipes and interceptors. */
export type CallHandler = (payload: object, context: JobContext) => Promise<unknown>;

/** A handler that Nest found for a pattern; without a declaration it is none of `@Task`. */
export interface FoundHandler {
  readonly pattern: string;
  readonly declaration: TaskDeclaration | undefined;
  readonly call: CallHandler;
}

/** A task that this app runs. */
export interface BoundTask {
  readonly announcement: TaskAnnouncement;
  readonly payload: Type<object>;
  readonly call: CallHandler;
}

/** The tasks of an app by their full names. */
export type TaskTable = ReadonlyMap<string, BoundTask>;

/**
 * Proves that every handler is a task of this app that can run.
 * @throws WiringError with every problem: class, method, and what to change
 */
export async function proveTasks(found: readonly FoundHandler[], terms: AppTerms): Promise<TaskTable> {
  const table = new Map<string, BoundTask>();
  const problems = twiceDeclared(found);
  for (const { pattern, declaration, call } of found) {
    if (declaration === undefined) {
      problems.push(`"${pattern}" has a handler that is no task; mark it with @Task in a @TaskController.`);
      continue;
    }
    const resolved = await resolveTask(declaration, terms);
    problems.push(...resolved.problems);
    const { announcement } = resolved;
    if (announcement !== undefined) table.set(pattern, { announcement, payload: declaration.options.payload, call });
  }
  if (found.length === 0) problems.push(`No task was found. ${HOW_TO_WRITE_ONE}`);
  if (problems.length > 0) throw new WiringError(problems);
  return table;
}

const HOW_TO_WRITE_ONE =
  "Write a class with @TaskController('domain') and a method with @Task, and list it among a module's controllers.";

function twiceDeclared(found: readonly FoundHandler[]): string[] {
  const patterns = new Set(found.map(({ pattern }) => pattern));
  return [...patterns].flatMap((pattern) => {
    const places = found.filter((handler) => handler.pattern === pattern).map(placeOf);
    if (places.length < 2) return [];
    return `${places.join(' and ')} both handle "${pattern}"; give one of them another name.`;
  });
}

function placeOf({ declaration }: FoundHandler): string {
  return declaration?.place ?? 'another handler';
}

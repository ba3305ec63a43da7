/**
 * The payloads of your tasks, by the tasks' names. It is empty until `npx leveret-sdk types` has written a file that fills it in
 * from what your gateway knows; from then on names and payloads are checked where jobs are enqueued.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled in from outside, by declaration merging
export interface TaskPayloads {}

/** The name of a task: any text, until `TaskPayloads` is filled in. */
export type TaskName = keyof TaskPayloads extends never ? string : Extract<keyof TaskPayloads, string>;

/** What the task of this name works on. */
export type PayloadOf<Name extends TaskName> = Name extends keyof TaskPayloads ? TaskPayloads[Name] : unknown;

const WORD = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*';
const TASK = new RegExp(`^${WORD}\\.${WORD}$`);
const BARE = new RegExp(`^${WORD}$`);
const TENANT = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_TASK_LENGTH = 100;

/** A domain or a task without its domain: kebab case, beginning with a letter. */
export function isBareName(name: string): boolean {
  return name.length <= MAX_TASK_LENGTH && BARE.test(name);
}

/** A full task name: `<domain>.<task>` in kebab case, at most 100 characters. It is also the AMQP routing key. */
export function isTaskName(name: string): boolean {
  return name.length <= MAX_TASK_LENGTH && TASK.test(name);
}

/** The domain of a task; it is the name of the task's queue as users see it. */
export function domainOf(task: string): string {
  return task.slice(0, task.indexOf('.'));
}

/** A tenant's name: lower-case letters, digits and inner hyphens, at most 63 characters. It begins every storage key. */
export function isTenantName(name: string): boolean {
  return TENANT.test(name);
}

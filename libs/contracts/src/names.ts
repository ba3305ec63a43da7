const WORD = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*';
const TASK = new RegExp(`^${WORD}\\.${WORD}$`);
const BARE = new RegExp(`^${WORD}$`);
const TENANT = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_TASK_LENGTH = 100;
const EVENT_TYPE = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const MAX_EVENT_TYPE_LENGTH = 200;

/** A domain or a task without its domain: kebab case, beginning with a letter. */
export function isBareName(name: string): boolean {
  return name.length <= MAX_TASK_LENGTH && BARE.test(name);
}

/** How a full task name is written, for messages to users. */
export const TASK_NAME_FORM = 'a domain and a task joined by a dot, such as media.process-image';

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

/** How the type of an event is written, for messages to users. */
export const EVENT_TYPE_FORM = `words of letters, digits, - and _ joined by dots, such as order.placed, at most ${MAX_EVENT_TYPE_LENGTH} characters`;

/** The type of an event, which is also its AMQP routing key: `EVENT_TYPE_FORM`. */
export function isEventType(type: string): boolean {
  return type.length <= MAX_EVENT_TYPE_LENGTH && EVENT_TYPE.test(type);
}

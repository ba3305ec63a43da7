/** Lists, each with pages of what is in them. The dashboard's own router says what is shown at which. */
const SECTIONS = [
  ...['jobs', 'queues', 'dead-letters', 'schedules', 'triggers', 'batches', 'tasks', 'workers', 'keys'],
  ...['actions', 'health'],
];

/** Every address that is a page of the dashboard, so that one can be opened in a new tab, kept and sent to others. */
export const PAGE_PATHS: readonly string[] = [
  '',
  'sign-in',
  ...SECTIONS.flatMap((section) => [section, `${section}/:name`]),
];

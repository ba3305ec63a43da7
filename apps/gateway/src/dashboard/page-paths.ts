/** Lists, each with pages of what is in them. The dashboard's own router says what is shown at which. */
const WITH_PAGES = ['jobs', 'queues', 'schedules', 'triggers', 'batches', 'tasks', 'webhooks'];
/** Of these, what is made and changed by a form has an address, too. */
const WITH_FORMS = ['schedules', 'triggers'];
/** Below these there is no page: a probe of health that is mistyped finds nothing. */
const ALONE = ['dead-letters', 'workers', 'keys', 'actions', 'health'];

/** Every address that is a page of the dashboard, so that one can be opened in a new tab, kept and sent to others. */
export const PAGE_PATHS: readonly string[] = [
  '',
  'sign-in',
  ...WITH_PAGES.flatMap((section) => [section, `${section}/:name`]),
  ...WITH_FORMS.flatMap((section) => [`${section}/new`, `${section}/:name/change`]),
  ...ALONE,
];

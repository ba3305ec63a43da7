/** Bodies that are taken as they are while the built-in apps run, by what they ask for: a spec sends each. */
type Examples = Readonly<Record<string, unknown>>;

const PHOTO = { key: 'default/01970000-0000-7000-8000-000000000000' };
const WELCOME = {
  task: 'email.send',
  payload: { to: 'ada@example.com', subject: 'Welcome', template: 'welcome', data: { name: 'Ada' } },
};
const VARIANTS = [
  { name: 'large', width: 1600, format: 'webp' },
  { name: 'thumb', width: 200, height: 200, fit: 'cover', format: 'jpeg' },
];

/** Of `POST /v1/jobs`. */
export const JOB_EXAMPLES: Examples = {
  'A mail': WELCOME,
  'Variants of an uploaded picture, and a mail when they are there': {
    task: 'media.process-image',
    payload: { source: PHOTO, variants: VARIANTS },
    priority: 'high',
    maxAttempts: 3,
    metadata: { userId: 'user456' },
    notify: { email: 'ada@example.com' },
  },
};

/** Of `POST /v1/jobs/batch`. */
export const BATCH_EXAMPLES: Examples = {
  'Two mails, and a report when both have ended': {
    jobs: [WELCOME, { ...WELCOME, payload: { ...WELCOME.payload, to: 'grace@example.com', data: { name: 'Grace' } } }],
    then: [{ task: 'exports.report', payload: { report: 'daily-sales', period: 'yesterday', format: 'pdf' } }],
  },
};

/** Of `POST /v1/schedules`. */
export const SCHEDULE_EXAMPLES: Examples = {
  'A report at six on working days': {
    name: 'Sales of yesterday',
    cron: '0 6 * * 1-5',
    timezone: 'Europe/Berlin',
    task: 'exports.report',
    payload: { report: 'daily-sales', period: 'yesterday', timezone: 'Europe/Berlin', format: 'pdf' },
    overlap: 'skip',
  },
};

/** Of `POST /v1/triggers`. */
export const TRIGGER_EXAMPLES: Examples = {
  'Variants of the picture of each new product': {
    name: 'Pictures of products',
    pattern: 'product.created',
    task: 'media.process-image',
    payload: { source: '{{data.picture}}', variants: VARIANTS },
  },
};

/** Of `POST /v1/events`. */
export const EVENT_EXAMPLES: Examples = {
  'A new product': { type: 'product.created', id: 'product-17', data: { product: 17, picture: PHOTO } },
};

/** Of `POST /v1/webhook-endpoints`. */
export const ENDPOINT_EXAMPLES: Examples = {
  'Every end': { url: 'https://example.com/hooks/leveret' },
  'Reports that have failed': {
    url: 'https://example.com/hooks/reports',
    description: 'For who is on call',
    events: ['job.failed'],
    tasks: ['exports.report'],
    concurrency: 4,
  },
};

/** Of `POST /v1/api-keys`. */
export const API_KEY_EXAMPLES: Examples = {
  'A service': { name: 'web shop', tenant: 'default', scopes: ['jobs:write', 'jobs:read'] },
  'Somebody who may see how jobs stand, and not what is in them': {
    name: 'on call',
    tenant: 'default',
    scopes: ['jobs:outline'],
  },
};

/** Every `code` of a problem, by the status that it comes with. `docs/errors.md` says what each means. */
export const PROBLEM_CODES = {
  404: ['webhooks_not_set_up'],
  409: [
    'batch_open',
    'changed_by_others',
    'configured_key',
    'endpoint_disabled',
    'endpoint_gone',
    'files_named',
    'idempotency_key_in_use',
    'job_ended',
    'job_not_ended',
    'job_not_waiting',
    'last_job_open',
    'more_jobs_than_expected',
    'nothing_redriven',
    'redrive_ended',
    'too_many_endpoints',
    'too_many_triggers',
    'unique_key_held',
  ],
  429: ['too_many_listeners', 'too_many_open_jobs', 'too_many_requests'],
  503: [
    'batch_filling',
    'batches_busy',
    'job_unconfirmed',
    'ledger_busy',
    'ledger_unavailable',
    'outbox_full',
    'storage_full',
    'storage_unavailable',
    'too_slow',
  ],
} as const;

type CodedStatus = keyof typeof PROBLEM_CODES;

/** Says why a problem has its status, in one word. */
export type ProblemCode<Status extends CodedStatus = CodedStatus> = (typeof PROBLEM_CODES)[Status][number];

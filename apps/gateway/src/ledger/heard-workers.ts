/** SQL: the worker of the row `workers` serves its queue, as far as is known: it has not left, and was heard of within 10 s. */
export const IS_HEARD = "workers.heard_at > now() - interval '10 seconds'";

/**
 * Within a WITH: the commit of this statement does not wait for the disk. For what does no harm when a crash of the database takes it
 * back: nobody has been told of it, and it is done again. Whoever sees what it did and commits something because of that writes behind
 * it in the same log, so that a crash never takes back the first without the second.
 */
export const UNSYNCED = `unsynced AS (SELECT set_config('synchronous_commit', 'off', true))`;

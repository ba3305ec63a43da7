export const GRAPHILE_TASK = 'noop';

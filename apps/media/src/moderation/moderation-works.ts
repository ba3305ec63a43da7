import { classify } from './classify.js';

/** What the process of the model knows. */
export const MODERATION_WORKS = { classify } as const;

/** The works with their types; the app imports these alone, so that the model is never loaded into it. */
export type ModerationWorks = typeof MODERATION_WORKS;

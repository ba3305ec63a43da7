/**
 * What an API key may do. `admin` includes the others, in every tenant. `jobs:outline` sees how jobs stand, and nothing of what is in
 * them, unless `jobs:read` stands beside it.
 */
export const SCOPES = ['jobs:write', 'jobs:read', 'jobs:outline', 'admin'] as const;

/** One of them. */
export type Scope = (typeof SCOPES)[number];

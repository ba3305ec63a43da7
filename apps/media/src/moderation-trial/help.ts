/** How the program is called. */
export const HELP = `npm run moderation:try -- FOLDER … [options]
  --every N   looks at every Nth picture of each folder only (default 1)`;

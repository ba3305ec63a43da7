/** How the program is called. */
export const HELP = `npm run doctor -- [--data DIR]
  Looks at the suite that the environment names by RABBITMQ_URL, DATABASE_URL and STORAGE_URL, else at the one that
  npm start runs (in DIR, default: .leveret). Prints one line for each finding; ends with 1 when something has to be mended.`;

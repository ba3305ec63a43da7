/** How the program is called. */
export const HELP = `npm test
  Runs the steps of npm run check, and every test against a broker and a database of its own; ends with 1 when something fails.
  It takes no options. To run some of the tests: npm run test:unit -- --testPathPatterns libs/batching, or, when all is built
  (npm run build), npm run test:e2e -- photo.`;

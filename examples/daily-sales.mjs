// A report every morning: a schedule whose period is counted from its tick, and its first job run by hand.
//   npm start                         in one terminal
//   node examples/daily-sales.mjs     in another
import { example, runningSuite, show } from './running-suite.mjs';

const TIMEZONE = 'Europe/Berlin';
const SCHEDULE = {
  name: 'daily sales',
  cron: '0 6 * * *',
  timezone: TIMEZONE,
  task: 'exports.report',
  payload: { report: 'daily-sales', period: 'yesterday', timezone: TIMEZONE, format: 'pdf' },
  notify: { email: 'sales@example.org' }, // the mail has a link to the file
};

await example(async () => {
  const { leveret, mailUrl } = await runningSuite();

  const schedule = await leveret.schedules.create(SCHEDULE);
  console.log(`schedule ${schedule.id}: its next report is made at ${schedule.nextRunAt}`);

  const job = await leveret.schedules.run(schedule.id);
  for await (const update of leveret.jobs.watch(job.id, { timeout: '1m' })) show(update);
  const { from, file } = await leveret.jobs.result(job.id);
  console.log(`the report of ${from}: ${file.url}`);
  console.log(`the mail about it: ${mailUrl}`);
});

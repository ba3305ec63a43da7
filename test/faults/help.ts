/** How the program is called. */
export const HELP = `npm run faults:long -- [options]
  --jobs N       jobs to submit (default 100000)
  --minutes N    how long to take for it, with a fault every minute (default 60)
  --every N      seconds from one fault to the next (default 60)
  --seed N       makes the faults and jobs of an earlier run again
  --only TEXT    faults whose name has this text
  --out FOLDER   where report.json and report.md are written (default .leveret/faults)`;

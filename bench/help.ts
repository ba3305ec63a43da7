/** How the program is called. */
export const HELP = `npm run bench -- [options]
  --runs N       rounds of each contender (default 3)
  --jobs N       no-op jobs a round (default 10000)
  --seconds N    of load at a steady rate for each figure (default 10)
  --listeners N  live listeners (default 9900)
  --images N     images a round (default 40)
  --video N      seconds of the video that is transcoded (default 60)
  --mails N      mails a round (default 2000)
  --rows N       rows exported and imported a round (default 1000000)
  --backlog N    also asks how it is when so many jobs wait, such as 1000000
  --ledger N     final jobs that a ledger is filled with (default 0: nothing is asked about a full one)
  --only TEXT    questions whose title has this text
  --list         only says which questions there are
  --json FILE    also write the figures there
  --svg FILE     also draw them there
  --smoke        the smallest effort: proves that the benchmarks work, and measures nothing`;

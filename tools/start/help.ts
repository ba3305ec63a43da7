/** How the program is called. */
export const HELP = `npm start -- [options]
  --no-demo          start without the demonstration job
  --port N           the gateway's port (default: PORT, else 3000; 0 takes any free one)
  --data DIR         where everything is kept (default: .leveret)
  --only media,…     these consumer apps alone
  --scale media=2,…  how many processes of an app; with a range such as media=1..4 as many as its queue needs`;

/** How the program is called. */
export const HELP = `npm run scale -- [options] media=1..4 [email=1..2 …]
  Keeps as many processes of each app as its queue needs to drain within the target, on this machine.
  --target 20s       within which time what waits should have begun
  --cool-down 30s    how long nothing has changed before a process ends that is not needed
  --main FILE        the entry file of the one app that is named, for an app of your own
  --data DIR         where it notes the processes that it has started (default: .leveret/scale)
  --dry-run          starts and ends nothing, and tells what it would do
The gateway is asked: LEVERET_URL (default: http://127.0.0.1:3000) and LEVERET_API_KEY, an admin key. All other settings
of the environment go to the apps.`;

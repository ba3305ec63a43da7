// The way from a fresh clone to a running command: `node scripts/bootstrap.mjs <command> [arguments]`; prepare.mjs names the commands.
// This file must still be read by old versions of Node, so that they can say what is missing; the work is done in prepare.mjs.
const OLDEST = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(
    'Leveret needs Node ' +
      OLDEST.join('.') +
      ' or newer; this is Node ' +
      process.versions.node +
      ' (' +
      process.execPath +
      ').\n' +
      'Install a newer one from https://nodejs.org or with your version manager, and run the command again.',
  );
  process.exitCode = 1;
} else {
  import('./prepare.mjs').then((prepare) => prepare.run(process.argv.slice(2)));
}

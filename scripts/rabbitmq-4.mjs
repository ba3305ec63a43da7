// RabbitMQ 4.0 from Debian 13's packages, in a folder: for scripts that try the suite on it beside an older one.
// Its programs run in that folder as their root. Needs root, mmdebstrap and unshare.
import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PROGRAMS = {
  'rabbitmq-server': '/usr/lib/rabbitmq/bin/rabbitmq-server',
  rabbitmqctl: '/usr/lib/rabbitmq/bin/rabbitmqctl',
  epmd: '/usr/bin/epmd',
};

/**
 * Makes it in `folder`, or takes what an earlier run has made there.
 * @param shared a folder that its programs see under the same path, for what they keep
 * @returns a folder for the front of PATH in which its programs are found
 */
export async function rabbitmq4(folder, shared) {
  if (process.getuid() !== 0) throw new Error('RabbitMQ 4 in a folder of its own needs root.');
  const root = join(folder, 'debian-13');
  await mkdir(folder, { recursive: true });
  await run('sh', [
    '-c',
    `test -x "$1${PROGRAMS.rabbitmqctl}" || exec mmdebstrap --quiet --variant=minbase --include=rabbitmq-server trixie "$1"`,
    'sh',
    root,
  ]);
  const programs = join(folder, 'programs');
  await Promise.all([programs, join(root, shared)].map((path) => mkdir(path, { recursive: true })));
  for (const [name, inside] of Object.entries(PROGRAMS)) {
    const file = join(programs, name);
    await writeFile(file, script(root, shared, inside));
    await chmod(file, 0o755);
  }
  return programs;
}

// The mounts are seen by the program alone and go with it.
function script(root, shared, program) {
  return `#!/bin/sh
exec unshare --mount sh -euc '
  mount -t proc proc "$1/proc"
  mount --bind "$2" "$1$2"
  cd /
  root=$1
  shift 2
  exec chroot "$root" "$@"
' sh '${root}' '${shared}' ${program} "$@"
`;
}

async function run(program, args) {
  await promisify(execFile)(program, args, { maxBuffer: 2 ** 26 });
}

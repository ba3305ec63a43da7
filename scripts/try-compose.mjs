// Proves Dockerfile and docker-compose.yml by running them: node scripts/try-compose.mjs
// Builds the images, brings the stack up under a name, ports and secrets of its own, and sends jobs of every app through it; at
// the end it removes containers, volumes and the images that it built. It needs a Docker engine and the compose plugin; without an
// engine, or where images cannot be pulled: scripts/private-docker.sh node scripts/try-compose.mjs
import { step, stepsPassed } from './try-compose/check.mjs';
import * as containers from './try-compose/containers.mjs';
import * as images from './try-compose/images.mjs';
import * as jobs from './try-compose/jobs.mjs';
import { APPS, compose, docker, imageOf, up } from './try-compose/stack.mjs';

try {
  await step('names each secret that is missing', containers.refusesMissingSecrets);
  await step('builds an image per app', images.build);
  await step('carries in each image what its app alone needs, and in no other', images.imagesAreLean);
  await step('comes up healthy', () => up('180'));
  await step('announces the tasks of every app', jobs.announcesTasks);
  await step('runs as an ordinary user on a read-only file system', containers.isConfined);
  await step('is reached from this machine alone', containers.isLocal);
  await step('keeps the database away from all but the gateway', containers.databaseIsApart);
  await step('waits twelve hours for an acknowledgement', containers.ackTimeout);
  const job = await step('completes media.process-image', jobs.processesPhoto);
  await step('keeps files in the S3 store', jobs.keepsFilesInStore);
  await step('looks at a picture with its model, and transcodes a video', jobs.looksAndTranscodes);
  await step('sends a mail, which the catcher has', jobs.sendsMail);
  await step('exports rows of a database', jobs.exportsDataset);
  await step('calls an API', jobs.callsApi);
  await step('scales the media app to three, and all of them work', jobs.scales);
  await step('replaces one app while the others go on', containers.replacesOneAlone);
  await step('stops without having to kill anything', containers.stopsByItself);
  await step('knows its jobs and files after containers were removed', () => jobs.remembers(job));
  console.log(`${stepsPassed()} passed, 0 failed`);
} catch (error) {
  console.error(error.message);
  await compose('logs', '--no-color', '--tail', '30').then(console.error, () => undefined);
  console.log(`${stepsPassed()} passed, 1 failed`);
  process.exitCode = 1;
} finally {
  await compose('down', '--volumes', '--remove-orphans', '--timeout', '10');
  await docker('image', 'rm', ...APPS.map(imageOf));
}

// Stands in for the S3 store of docker-compose.yml where its image cannot be pulled: S3rver, started as that image is.
// node s3-store.mjs posix <folder>, with the one pair of keys in ROOT_ACCESS_KEY_ID and ROOT_SECRET_ACCESS_KEY; a folder in it is a bucket.
import { readdirSync } from 'node:fs';
import S3rver from '@20minutes/s3rver';
import AWSAccount from '@20minutes/s3rver/lib/models/account.js';

const HEALTH = process.env.VGW_HEALTH;
const [backend, directory] = process.argv.slice(2);
if (backend !== 'posix' || directory === undefined) throw new Error('usage: s3-store.mjs posix <folder>');

AWSAccount.registry.clear();
AWSAccount.DUMMY_ACCOUNT.createKeyPair(process.env.ROOT_ACCESS_KEY_ID, process.env.ROOT_SECRET_ACCESS_KEY);
const configureBuckets = readdirSync(directory).map((name) => ({ name }));
const store = new S3rver({
  directory,
  configureBuckets,
  address: '0.0.0.0',
  port: 7070,
  vhostBuckets: false,
  silent: true,
});
store.middleware.unshift(answersHealth, putsNewAlone);
await store.run();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit());

async function answersHealth(context, next) {
  if (context.path === HEALTH) context.status = 200;
  else await next();
}

/** S3rver does not know `If-None-Match: *`, by which the suite makes an object only where there is none. */
async function putsNewAlone(context, next) {
  const [, bucket, ...key] = decodeURIComponent(context.path).split('/');
  const onlyNew = context.method === 'PUT' && context.get('if-none-match') === '*';
  if (onlyNew && (await store.store.existsObject(bucket, key.join('/')))) {
    context.status = 412;
    context.type = 'application/xml';
    context.body =
      '<?xml version="1.0"?><Error><Code>PreconditionFailed</Code><Message>There is one.</Message></Error>';
  } else await next();
}

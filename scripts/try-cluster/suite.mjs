// The built suite with its testing ground in two processes, on quorum queues of a broker that is there.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

/**
 * @param urls of the broker's nodes
 * @param place `work` a folder for what it keeps, `ending` takes what ends it, `log` gets what its processes log
 */
export async function startSuite(urls, { work, ending, log }) {
  const [
    { AppProcess },
    environment,
    { appMain, LAB_MAIN },
    { awaitTasks },
    { Leveret },
    { PrivatePostgres },
    { freePort },
  ] = await Promise.all(
    [
      'tools/processes/app-process.js',
      'tools/start/environment.js',
      'tools/project/app-list.js',
      'tools/start/await-tasks.js',
      'libs/sdk/src/index.js',
      'tools/local-nodes/private-postgres.js',
      'tools/local-nodes/ports.js',
    ].map((path) => import(new URL(`../../dist/${path}`, import.meta.url).href)),
  );
  const database = new PrivatePostgres(join(work, 'postgres'));
  ending.push(() => database.kill());
  await database.start();
  const facts = {
    rabbitmqUrl: urls.join(','),
    ownBroker: true,
    databaseUrl: database.url,
    dataFolder: work,
    port: await freePort(),
    linkSecret: randomBytes(36).toString('base64url'),
    adminApiKey: randomBytes(24).toString('base64url'),
  };
  const { PATH, HOME } = process.env;
  const level = log === undefined ? 'warn' : 'info';
  const outer = { PATH, HOME, NODE_ENV: 'production', LOG_LEVEL: level, QUEUE_TYPE: 'quorum' };
  const lines = [];
  const start = async (name, main, env) => {
    const app = new AppProcess({
      main,
      env,
      recordFile: join(work, `${name}.json`),
      onLine: (line) => {
        lines.push(`${name}: ${line}`);
        log?.write(`${name}: ${line}\n`);
      },
    });
    ending.push(() => app.stop(40_000));
    if ((await app.ready) === undefined) throw new Error(`${name} did not start:\n${lines.slice(-20).join('\n')}`);
  };
  await start('gateway', appMain('gateway'), environment.gatewayEnvironment(outer, facts));
  await start('lab', LAB_MAIN, environment.consumerEnvironment(outer, facts));
  await start('lab-2', LAB_MAIN, environment.consumerEnvironment(outer, facts));
  const url = `http://127.0.0.1:${facts.port}`;
  await awaitTasks(new Leveret({ url, apiKey: facts.adminApiKey }), ['lab'], 30_000);
  return { url, apiKey: facts.adminApiKey, databaseUrl: database.url, lines };
}

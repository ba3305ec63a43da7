import { Problem } from '../console/problem.js';
import { PROJECT } from '../project/app-list.js';
import { appNames } from './app-names.js';
import { writeApp } from './write-app.js';

try {
  const names = appNames(process.argv[2]);
  const files = await writeApp(PROJECT, names);
  console.log(files.join('\n'));
  console.log(`
The app ${names.name} has one task, ${names.name}.say-hello. npm start runs it with the rest; the gateway needs no change:
  curl -H "Authorization: Bearer $LEVERET_API_KEY" -H 'Content-Type: application/json' http://127.0.0.1:3000/v1/jobs \\
    -d '{"task":"${names.name}.say-hello","payload":{"name":"Ada"}}'`);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

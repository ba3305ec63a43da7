import { type RunFacts } from './run-file.js';

/** What is said when everything runs: where it is, with which key, and what to try. */
export function renderWelcome(facts: RunFacts, dataFolder: string): string {
  const { username, password } = new URL(facts.rabbitmqUrl.split(',')[0] ?? facts.rabbitmqUrl);
  const management =
    facts.managementUrl === null
      ? []
      : [`  RabbitMQ    ${facts.managementUrl}   user ${username}, password ${decodeURIComponent(password)}`];
  const authorization = `-H "Authorization: Bearer $KEY"`;
  return [
    '',
    'Leveret is running.',
    '',
    `  Dashboard   ${facts.url}   sign in with the API key`,
    `  API         ${facts.url}/docs`,
    `  API key     ${facts.apiKey}`,
    ...management,
    ...(facts.mailUrl === null ? [] : [`  Inbox       ${facts.mailUrl}   every mail of the suite ends here`]),
    `  Data        ${dataFolder}   (logs/ has a file per app; run.json the addresses)`,
    '',
    'Try next:',
    '',
    `  KEY=${facts.apiKey}`,
    `  curl ${authorization} ${facts.url}/v1/tasks`,
    `  curl ${authorization} ${facts.url}/v1/jobs`,
    `  curl ${authorization} --data-binary @examples/assets/photo.jpg -H 'Content-Type: image/jpeg' '${facts.url}/v1/files?filename=photo.jpg'`,
    `  curl ${authorization} -H 'Content-Type: application/json' ${facts.url}/v1/jobs \\`,
    `    -d '{"task":"media.process-image","payload":{"source":{"key":"<key of the upload>"},"variants":[{"name":"small","width":400}]}}'`,
    '',
    'Ctrl-C stops everything.',
  ].join('\n');
}

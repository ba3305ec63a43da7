/** How the program is called. */
export const HELP = `npm run --silent broker:users -- [options] [domains of the apps] > definitions.json
  Prints a user for each app with the least rights that work, for the import of RabbitMQ's management UI.
  --vhost /           the virtual host of the suite
  --prefix leveret    EXCHANGE_PREFIX of the suite
  --passwords FILE    lines "user=password"; who has none cannot sign in until somebody gives one
Without domains: those of the apps that come with the suite.`;

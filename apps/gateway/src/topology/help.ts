/** How the program is called. */
export const HELP = `npm run topology -- [domains of the apps]
  Declares every exchange, queue and binding of the suite on the broker of RABBITMQ_URL, and ends. It changes and deletes nothing
  that is there, and waits a minute for a broker that is not. A user whom the broker refuses, or without the right, is
  told so at once. QUEUE_TYPE and EXCHANGE_PREFIX must be those of the apps.
Without domains: those of the apps that come with the suite.`;

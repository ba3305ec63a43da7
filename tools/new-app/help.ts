/** How the program is called. */
export const HELP = `npm run new:app NAME
  Writes the consumer app apps/NAME with one task and its test, and names it wherever apps are named: start script, image, compose
  file, manifests for Kubernetes, users of the broker. NAME is the app's domain, in kebab case, such as billing.`;

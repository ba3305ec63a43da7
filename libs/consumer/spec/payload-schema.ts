/** What an app announces of a payload; for specs of apps, which make no announcement themselves. */
export { payloadSchema } from '../src/payload-schema.js';

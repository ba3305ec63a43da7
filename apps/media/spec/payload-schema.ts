// eslint-disable-next-line no-restricted-imports -- what an app announces of a payload is made by no function that apps call
export { payloadSchema } from '../../../libs/consumer/spec/payload-schema.js';

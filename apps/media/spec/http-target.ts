// eslint-disable-next-line no-restricted-imports -- what specs of the lib call is what specs of its users call
export { type HttpTarget, startHttpTarget } from '../../../libs/egress/spec/http-target.js';

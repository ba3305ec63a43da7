// eslint-disable-next-line no-restricted-imports -- what specs of one user of the lib call is what those of another call
export { catalogOf } from '../../../libs/datasets/spec/catalog-of.js';

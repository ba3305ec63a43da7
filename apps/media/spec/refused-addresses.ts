// eslint-disable-next-line no-restricted-imports -- what the lib refuses is refused to its users
export {
  REFUSED_HOSTS,
  REFUSED_REDIRECTS,
  REFUSED_RESOLUTIONS,
  REFUSED_URLS,
} from '../../../libs/egress/spec/refused-addresses.js';

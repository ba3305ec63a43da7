import { Leveret } from '#libs/sdk';

/** Says to the gateway that a page of its own asks: with a session's cookie, changes need it. */
export const OWN_PAGE = { 'leveret-dashboard': '1' } as const;

/** The gateway that the page comes from. The browser sends the session's cookie along. */
export const leveret = new Leveret({ url: window.location.origin, headers: OWN_PAGE, retries: 1, timeout: '15s' });

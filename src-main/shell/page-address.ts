/** Where the window's page lives and on which channels it may speak. Shared with the preload: constants only. */

export const appScheme = 'app';
export const pageHost = 'slipway';
/** Compared exactly wherever something is allowed to "our page". */
export const pageOrigin = `${appScheme}://${pageHost}`;
export const pageUrl = `${pageOrigin}/index.html`;

export const channels = {
  /** page → main: give me a port to the core */
  connect: 'slipway:connect',
  /** main → page: here it is */
  port: 'slipway:port',
  /** page → main: a token for this dropped file */
  pathToken: 'slipway:path-token',
} as const;

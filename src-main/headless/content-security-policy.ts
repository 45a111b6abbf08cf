/**
 * One policy for both places the page is served from. xterm injects its styles, hence `unsafe-inline` for styles and for
 * nothing else. `connect-src 'self'` covers the WebSocket of the same origin.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

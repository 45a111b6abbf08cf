/** What happens with a link that came out of a guest or a form. Pure: decides, does not open. */

export type LinkDecision =
  | { readonly kind: 'open'; readonly url: string }
  | { readonly kind: 'ask'; readonly url: string; readonly host: string }
  | { readonly kind: 'refuse'; readonly reason: string };

/**
 * Loopback is the guests' own forwarded ports: opened at once. The rest of the web is opened when a person has seen the
 * host. Any other scheme starts a program on this machine with text from a guest: never.
 */
export function decideLink(text: string): LinkDecision {
  const url = parseUrl(text);
  if (url === null) return { kind: 'refuse', reason: 'This is not an address.' };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { kind: 'refuse', reason: `Only http and https links are opened, not ${url.protocol}` };
  }
  // `https://well.known@evil` is read by people as the first and by browsers as the second.
  if (url.username !== '' || url.password !== '') {
    return { kind: 'refuse', reason: 'A link with a user name or a password in it is not opened.' };
  }
  if (isLoopback(url.hostname)) return { kind: 'open', url: url.href };
  return { kind: 'ask', url: url.href, host: url.host };
}

/** The parser has already brought every spelling of an IPv4 address into dotted form. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** `URL.parse` exists only from Node 22 on. */
export function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

/**
 * What web content may not do, wherever it came from: go elsewhere, open windows, embed, download, reach the network,
 * ask for devices. The page is ours, but what it shows is a guest's output, and that is hostile.
 */
import { app, type Session, session, type WebContents } from 'electron';
import { parseUrl } from './links.ts';
import { pageOrigin, pageUrl } from './page-address.ts';

/** Must run before `ready`. */
export function quietChromium(): void {
  // For every renderer there will ever be, not only our window. It would undo `--no-sandbox`, and root cannot do without.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  // Nothing in Slipway needs Chromium to call anyone, nor a keyring that asks for a password at start.
  for (const name of ['disable-background-networking', 'disable-component-update', 'disable-domain-reliability']) {
    app.commandLine.appendSwitch(name);
  }
  app.commandLine.appendSwitch('no-pings');
  app.commandLine.appendSwitch('password-store', 'basic');
}

/** After `ready`, before the first window. */
export function harden(): void {
  app.on('web-contents-created', (_event, contents) => confine(contents));
  restrictSession(session.defaultSession);
}

function confine(contents: WebContents): void {
  // What `connect-src` and `onBeforeRequest` do not see: peer connections. Also in documents that are not the page's.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => {
    // The page may load itself again. Frames have nowhere to go; links go through the contract's `link.open`.
    if (!event.isMainFrame || !isPageItself(event.url)) event.preventDefault();
  });
}

function isPageItself(url: string): boolean {
  return url === pageUrl || url === `${pageOrigin}/` || url.startsWith(`${pageUrl}#`);
}

/**
 * The clipboard, both ways: a terminal without copy and paste is none. Reading is allowed without a question because the
 * only script that can ask is ours (the policy lets no other in), in the main frame of a window that has the focus, and
 * because guest output cannot ask at all (no OSC 52). Everything else is denied.
 */
const allowedPermissions: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'clipboard-read']);

function restrictSession(ours: Session): void {
  // To nowhere: a peer connection over TCP asks for a proxy, and for nothing else that could refuse it.
  ours
    .setProxy({ mode: 'fixed_servers', proxyRules: 'http://127.0.0.1:9', proxyBypassRules: '<-loopback>' })
    .catch((error: unknown) => process.emitWarning(`no proxy was set: ${String(error)}`));
  ours.setPermissionCheckHandler((_contents, permission, requestingOrigin, { isMainFrame }) => {
    return isMainFrame && allowedPermissions.has(permission) && originOf(requestingOrigin) === pageOrigin;
  });
  ours.setPermissionRequestHandler((_contents, permission, answer, { isMainFrame, requestingUrl }) => {
    answer(isMainFrame && allowedPermissions.has(permission) && originOf(requestingUrl) === pageOrigin);
  });
  ours.setDevicePermissionHandler(() => false);
  ours.setSpellCheckerEnabled(false);
  // The policy already forbids it to the page; this also holds for whatever Chromium itself would fetch.
  ours.webRequest.onBeforeRequest((request, answer) => answer({ cancel: !isLocal(request.url) }));
  ours.on('will-download', (event, item) => {
    // What the page saves it made itself (a console's text); the person is asked where to, natively.
    if (!item.getURL().startsWith(`blob:${pageOrigin}/`)) event.preventDefault();
  });
}

function isLocal(url: string): boolean {
  return /^(devtools|data):/.test(url) || url.startsWith(`${pageOrigin}/`) || url.startsWith(`blob:${pageOrigin}/`);
}

/** Node's own `URL.origin` is "null" for every scheme that is not the web's. */
function originOf(url: string): string | null {
  const parsed = parseUrl(url);
  return parsed === null ? null : `${parsed.protocol}//${parsed.host}`;
}

/**
 * Connects the page with the core: one MessagePort, one session. Strings are JSON messages, bytes are console frames.
 *
 * A session lives as long as its port, and the port as long as the document that holds it: a reload, a crash and a closed
 * window all end it here without being told. There is never more than one, so none can be leaked.
 */
import { isAbsolute } from 'node:path';
import { type BrowserWindow, ipcMain, MessageChannelMain } from 'electron';
import type { FileReference } from '../../src-shared/model/spec.ts';
import type { ClientIdentity } from '../core/service/client.ts';
import type { Service, ServiceSession } from '../headless/service.ts';
import { channels } from './page-address.ts';
import { isFromPage } from './sender-check.ts';

/** What the page takes for the end of its session; it then asks for a new one. No message of the protocol looks like it. */
const closedMessage = 'slipway-closed';

export interface PageBridge {
  /** 0 or 1. */
  readonly sessions: number;
  close(): void;
}

export function openPageBridge(window: BrowserWindow, service: Service, identity: ClientIdentity): PageBridge {
  const page = window.webContents;
  let current: PageSession | null = null;
  const end = () => {
    current?.close();
    current = null;
  };
  ipcMain.on(channels.connect, (event) => {
    if (!isFromPage(event, page)) return;
    end();
    const { port1, port2 } = new MessageChannelMain();
    const opened = openSession(port1, service, identity, () => {
      if (current === opened) current = null;
    });
    current = opened;
    event.senderFrame?.postMessage(channels.port, null, [port2]);
  });
  ipcMain.handle(channels.pathToken, (event, path: unknown): FileReference | null => {
    if (!isFromPage(event, page) || typeof path !== 'string' || !isAbsolute(path)) return null;
    return current?.session.grantPath?.(path) ?? null;
  });
  page.on('render-process-gone', end);
  page.on('destroyed', end);
  return {
    get sessions() {
      return current === null ? 0 : 1;
    },
    close: end,
  };
}

interface PageSession {
  readonly session: ServiceSession;
  close(): void;
}

function openSession(
  port: Electron.MessagePortMain,
  service: Service,
  identity: ClientIdentity,
  onEnded: () => void,
): PageSession {
  let open = true;
  const session = service.connect(
    {
      send(message) {
        if (open) port.postMessage(message);
      },
      close() {
        if (!open) return;
        open = false;
        port.postMessage(closedMessage);
        port.close();
        onEnded();
      },
    },
    identity,
  );
  port.on('message', ({ data }: { data: unknown }) => {
    if (typeof data === 'string' || data instanceof Uint8Array) session.receive(data);
  });
  port.on('close', () => {
    open = false;
    session.close();
    onEnded();
  });
  port.start();
  return { session, close: () => session.close() };
}

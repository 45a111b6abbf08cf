/**
 * Connects pages with the core: one MessagePort per window, one session. Strings are JSON messages, bytes are console
 * frames.
 *
 * A session lives as long as its port, and the port as long as the document that holds it: a reload, a crash and a closed
 * window all end it here without being told. A window never has more than one, so none can be leaked.
 */
import { isAbsolute } from 'node:path';
import { type BrowserWindow, ipcMain, MessageChannelMain, type WebContents } from 'electron';
import type { Failure } from '../../src-shared/contract/errors.ts';
import type { SlipwayEvent } from '../../src-shared/contract/events.ts';
import type { FileReference } from '../../src-shared/model/spec.ts';
import type { ClientIdentity } from '../core/service/client.ts';
import type { Service } from '../headless/service.ts';
import { channels } from './page-address.ts';
import { openPageSession, type PageSession } from './page-session.ts';
import { isFromPage, type PageMessage } from './sender-check.ts';

export interface PageBridge {
  /** At most one for each window that is served. */
  readonly sessions: number;
  /** The page of this window may connect from now on, until the window is gone. */
  serve(window: BrowserWindow, identity: ClientIdentity): void;
  /** Told to this window's page alone; nothing where it has no session. */
  tell(window: BrowserWindow, event: SlipwayEvent): void;
  /** There will be no session: every page is told why, those that connect later too. */
  refuse(failure: Failure): void;
  close(): void;
}

interface ServedPage {
  readonly identity: ClientIdentity;
  current: PageSession | null;
}

export function openPageBridge(service: Service): PageBridge {
  const pages = new Map<WebContents, ServedPage>();
  let refusal: Failure | null = null;
  const end = (page: ServedPage) => {
    page.current?.close();
    page.current = null;
  };
  /** undefined: a window that is not ours, or not our page in it. */
  const pageOf = (message: PageMessage): ServedPage | undefined =>
    isFromPage(message, message.sender) ? pages.get(message.sender) : undefined;
  ipcMain.on(channels.connect, (event) => {
    const page = pageOf(event);
    if (page === undefined) return;
    end(page);
    const { port1, port2 } = new MessageChannelMain();
    if (refusal !== null) {
      port1.postMessage({ refused: refusal });
      event.senderFrame?.postMessage(channels.port, null, [port2]);
      return;
    }
    const opened = openPageSession(port1, service, page.identity, () => {
      if (page.current === opened) page.current = null;
    });
    page.current = opened;
    event.senderFrame?.postMessage(channels.port, null, [port2]);
  });
  ipcMain.handle(channels.pathToken, (event, path: unknown): FileReference | null => {
    const page = pageOf(event);
    if (page === undefined || typeof path !== 'string' || !isAbsolute(path)) return null;
    return page.current?.session.grantPath?.(path) ?? null;
  });
  return {
    get sessions() {
      return [...pages.values()].filter(({ current }) => current !== null).length;
    },
    serve(window, identity) {
      const contents = window.webContents;
      const page: ServedPage = { identity, current: null };
      pages.set(contents, page);
      contents.on('render-process-gone', () => end(page));
      contents.on('destroyed', () => {
        pages.delete(contents);
        end(page);
      });
    },
    tell(window, event) {
      pages.get(window.webContents)?.current?.tell(event);
    },
    refuse(failure) {
      refusal = failure;
      for (const page of pages.values()) {
        page.current?.refuse(failure);
        end(page);
      }
    },
    close() {
      for (const page of pages.values()) end(page);
    },
  };
}

/**
 * All the page can reach of Electron: a way to ask for a connection, and a way to turn a file that was dropped on it into
 * a token. Runs sandboxed in the page's process, so nothing here can be trusted by main: main checks every message.
 *
 * Must never grow a call. Everything else goes through the contract, over the port that `connect` brings.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { channels, pageOrigin } from './page-address.ts';

/** The one function of the DOM that is used here; main is compiled without the DOM's types. */
declare const window: {
  postMessage(message: string, targetOrigin: string, transfer: readonly unknown[]): void;
};

type DroppedFile = Parameters<typeof webUtils.getPathForFile>[0];

// With the target's exact origin: should another document ever be in this frame, it does not get the port.
ipcRenderer.on(channels.port, (event) => window.postMessage('slipway-port', pageOrigin, event.ports));

contextBridge.exposeInMainWorld('slipway', {
  connect(): void {
    ipcRenderer.send(channels.connect);
  },
  /** null when the file has no path (a page made it) or there is no connection to hold the token. */
  async pathToken(file: DroppedFile): Promise<unknown> {
    const path = webUtils.getPathForFile(file);
    return path === '' ? null : ipcRenderer.invoke(channels.pathToken, path);
  },
});

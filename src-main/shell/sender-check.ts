/** Who is asking. Fails closed: what cannot be seen to be our page is not our page. */
import type { WebContents, WebFrameMain } from 'electron';
import { pageOrigin } from './page-address.ts';

export interface PageMessage {
  readonly sender: WebContents;
  readonly senderFrame: WebFrameMain | null;
}

/** True only for the main frame of this very window while it shows our page. */
export function isFromPage({ sender, senderFrame }: PageMessage, page: WebContents): boolean {
  try {
    return (
      sender === page &&
      !page.isDestroyed() &&
      senderFrame !== null &&
      senderFrame.parent === null &&
      senderFrame === page.mainFrame &&
      senderFrame.origin === pageOrigin &&
      senderFrame.url.startsWith(`${pageOrigin}/`)
    );
  } catch {
    // Reading a frame that was disposed throws; one that is gone has nothing to ask.
    return false;
  }
}

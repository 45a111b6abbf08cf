/**
 * The page's entry: chooses the transport, starts the session, draws. src-renderer imports src-shared and libraries,
 * never src-main; it sends tokens and intentions, never paths or arguments.
 */
import './api/no-peer-connections.ts';
import './api/schema-settings.ts';

import './styles/tokens.css';
import './styles/base.css';
import './ui/ui.css';
import './styles/pages.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Transport } from './api/transport.ts';
import { tellUnawaitedTo } from './api/unawaited.ts';
import { sessionUrl, takeCredentials, webTransport } from './api/web-transport.ts';
import { windowTransport } from './api/window-transport.ts';
import { Root } from './features/workbench/root.tsx';
import { Application } from './state/application.ts';
import { ApplicationProvider } from './state/context.tsx';
import { TipProvider } from './ui/tip.tsx';

function transport(): Transport {
  if (window.slipway !== undefined) return windowTransport(window, window.slipway);
  return webTransport(sessionUrl(window.location), takeCredentials(window));
}

const application = new Application(transport());
tellUnawaitedTo((failure) => application.notifyFailure(failure));
application.start();

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');
createRoot(root).render(
  <StrictMode>
    <ApplicationProvider application={application}>
      <TipProvider>
        <Root />
      </TipProvider>
    </ApplicationProvider>
  </StrictMode>,
);

/** How the page is built: one self-contained directory that the window loads by `app://` and the web face serves. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative, because the window's origin and the web face's path differ.
  base: './',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../out/renderer', import.meta.url)),
    emptyOutDir: true,
    target: 'chrome130',
    // One page on a local disk or loopback: splitting would only add requests.
    chunkSizeWarningLimit: 2000,
    // The polyfill is inline script, which the content security policy refuses.
    modulePreload: { polyfill: false },
  },
});

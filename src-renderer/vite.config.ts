/** How the page is built: one self-contained directory that the window loads by `app://` and the web face serves. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

interface Modules {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

const entry = fileURLToPath(new URL('index.html', import.meta.url));
const first = new Set<string>();

/** Two files instead of one for every part: what the first picture needs, and what is fetched after it. */
function fileOf(id: string, modules: Modules): string | null {
  if (first.size === 0) reach(entry, modules);
  if (first.has(id)) return 'first';
  // Fetched by few, each when it is wanted.
  return /addon-webgl|features\/gallery/.test(id) ? null : 'later';
}

function reach(id: string, modules: Modules): void {
  if (first.has(id)) return;
  first.add(id);
  for (const imported of modules.getModuleInfo(id)?.importedIds ?? []) reach(imported, modules);
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative, because the window's origin and the web face's path differ.
  base: './',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../out/renderer', import.meta.url)),
    emptyOutDir: true,
    target: 'chrome130',
    // What the first picture needs is one file; parts that come after it are `later` (ui/later.tsx).
    chunkSizeWarningLimit: 2000,
    // One style sheet in its old order: a part that comes later must not change how the others look, nor arrive bare.
    cssCodeSplit: false,
    // The polyfill is inline script, which the content security policy refuses.
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: fileOf }] } } },
  },
});

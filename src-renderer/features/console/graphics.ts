/**
 * Which terminals draw with WebGL. Browsers drop the oldest of about sixteen contexts, so only a visible terminal asks
 * for one; a software rasteriser is slower than the DOM (11 against 36 frames a second measured), so it is not asked.
 */
import { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';

let known: boolean | null = null;

function hardwareDraws(): boolean {
  if (known !== null) return known;
  const context = document.createElement('canvas').getContext('webgl2');
  const info = context?.getExtension('WEBGL_debug_renderer_info');
  const name = context && info ? String(context.getParameter(info.UNMASKED_RENDERER_WEBGL)) : 'software';
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  known = !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
  return known;
}

/** Draws with WebGL until the returned function is called or the context is lost; then the DOM draws again. */
export function drawFast(terminal: Terminal): () => void {
  if (!hardwareDraws()) return () => {};
  try {
    const addon = new WebglAddon();
    let live = true;
    const stop = (): void => {
      if (live) addon.dispose();
      live = false;
    };
    addon.onContextLoss(stop);
    terminal.loadAddon(addon);
    return stop;
  } catch {
    return () => {};
  }
}

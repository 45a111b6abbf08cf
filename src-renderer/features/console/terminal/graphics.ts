/**
 * Which terminals draw with WebGL. Browsers drop the oldest of about sixteen contexts, so only a visible terminal has
 * one, and no more than eight at a time; the rest draw with the DOM. A software rasteriser is slower than the DOM (11
 * against 36 frames a second measured), so it is not asked.
 */
import type { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';

const mostContexts = 8;
let known: boolean | null = null;
let contexts = 0;
/** Its code comes when the first terminal draws with it: many machines never do. */
let loaded: typeof WebglAddon | null = null;

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
  if (contexts >= mostContexts || !hardwareDraws()) return () => {};
  let addon: WebglAddon | null = null;
  let live = true;
  contexts += 1;
  const stop = (): void => {
    if (!live) return;
    live = false;
    contexts -= 1;
    addon?.dispose();
  };
  const start = (Addon: typeof WebglAddon): void => {
    if (!live) return;
    try {
      addon = new Addon();
      addon.onContextLoss(stop);
      terminal.loadAddon(addon);
    } catch {
      stop();
    }
  };
  if (loaded !== null) start(loaded);
  else
    import('@xterm/addon-webgl').then((module) => {
      loaded = module.WebglAddon;
      start(loaded);
    }, stop);
  return stop;
}

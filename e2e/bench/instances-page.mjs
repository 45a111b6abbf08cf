/**
 * Runs in the page before anything of it: counts what its console viewers receive, and times a key from its press to its
 * letter on the terminal. It only listens; nothing of the page is changed. One function, because it is sent as text.
 */
export function instrumentPage() {
  const header = 17;
  const kinds = { data: 0, snapshot: 1, restart: 2, end: 3, gap: 4 };
  const text = new TextDecoder();
  const viewers = new Map();

  function received(bytes) {
    if (bytes.byteLength < header) return;
    const view = new DataView(bytes);
    const kind = view.getUint8(0);
    const id = view.getUint32(1, true);
    const offset = view.getFloat64(5, true);
    const extra = view.getUint32(13, true);
    const known = viewers.get(id) ?? { next: null, bytes: 0, lost: 0, first: null, last: null, lines: 0, rest: '' };
    viewers.set(id, known);
    if (kind === kinds.snapshot || kind === kinds.restart) known.next = offset;
    if (kind === kinds.gap) known.lost += extra;
    if (kind !== kinds.data) return;
    if (known.next !== null && offset !== known.next) known.lost += Math.abs(offset - known.next);
    known.next = offset + extra;
    known.bytes += extra;
    const lines = (known.rest + text.decode(new Uint8Array(bytes, header))).split('\n');
    known.rest = lines.pop() ?? '';
    for (const line of lines) {
      const number = Number(/chat (\d{8})/.exec(line)?.[1] ?? Number.NaN);
      if (Number.isNaN(number)) continue;
      known.first ??= number;
      known.last = number;
      known.lines += 1;
    }
  }

  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...how) {
      super(...how);
      this.addEventListener('message', ({ data }) => {
        if (data instanceof ArrayBuffer) received(data);
      });
    }
  };

  let expected = null;
  let echo = null;
  window.addEventListener(
    'keydown',
    (event) => {
      if (expected !== null && expected.pressedAt === null && event.key === expected.letter)
        expected.pressedAt = event.timeStamp;
    },
    { capture: true },
  );

  window.slipwayBench = {
    viewers: () => [...viewers.values()].map(({ rest: _, ...known }) => known),
    /** Begins to wait for a letter that is on no row yet; before its key is pressed, which may overtake a call. */
    expect(letter) {
      const isThere = () =>
        [...document.querySelectorAll('.xterm-rows')].some((element) => element.textContent.includes(letter));
      expected = { letter, pressedAt: null };
      echo = new Promise((resolve) => {
        const observer = new MutationObserver(() => {
          if (expected.pressedAt === null || !isThere()) return;
          observer.disconnect();
          resolve(performance.now() - expected.pressedAt);
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      });
    },
    /** The milliseconds from its key to the change of the rows. */
    echo: () => echo,
    /** Whether no row shows it any more, so that it can be used again. */
    isGone: (letter) =>
      ![...document.querySelectorAll('.xterm-rows')].some((element) => element.textContent.includes(letter)),
  };
}

/** The size of console text, within what the settings allow. */

import { unawaited } from '../../api/unawaited.ts';
import type { Application } from '../../state/application.ts';

const sizes = { smallest: 8, largest: 32 };

export function changeFontSize(application: Application, change: number): void {
  const { fontSize } = application.stores.settings.getState();
  const next = Math.min(sizes.largest, Math.max(sizes.smallest, fontSize + change));
  if (next !== fontSize) unawaited(application.saveSettings({ fontSize: next }));
}

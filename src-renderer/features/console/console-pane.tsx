/**
 * console/ owns terminals: where they stand, their bytes, look, keys and tools. It must never interpret what a guest
 * prints, and never types anything a person or their terminal did not.
 */
import '@xterm/xterm/css/xterm.css';
import './console.css';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { layoutKey } from '../../state/kept-layouts.ts';
import { Workspace } from './workspace.tsx';

/** The consoles of one instance in the main window. To be keyed by the instance. */
export function ConsolePane({ view, visible }: { view: InstanceView; visible: boolean }) {
  return <Workspace view={view} visible={visible} storageKey={layoutKey(view.id)} />;
}

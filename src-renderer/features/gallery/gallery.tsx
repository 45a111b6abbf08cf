/** gallery/ shows every part of ui/ in every state, for whoever works on the look. It knows no instances. */
import { workbenchStrings } from '../../strings/workbench.ts';
import { Page } from '../../ui/section.tsx';

export function Gallery() {
  return <Page title={workbenchStrings.gallery}>{null}</Page>;
}

/** Keeps an instance's settings as a template. */
export function SaveTemplateDialog(_: { id: string; onClose: () => void }) {
  return null;
}

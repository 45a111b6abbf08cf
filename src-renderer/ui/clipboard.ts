/** Text to and from the clipboard, also where the asynchronous interface is not allowed. */

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A window that denies every permission still honours the old command inside a user's gesture.
    const carrier = document.createElement('textarea');
    const focused = document.activeElement;
    carrier.value = text;
    carrier.style.position = 'fixed';
    carrier.style.opacity = '0';
    // Inside an open modal the focus trap would take the selection away from a child of body.
    (focused?.closest('[role="dialog"]') ?? document.body).append(carrier);
    carrier.select();
    const copied = document.execCommand('copy');
    carrier.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return copied;
  }
}

/** null: the page may not read the clipboard; pasting with the keyboard always works. */
export async function readText(): Promise<string | null> {
  try {
    return await navigator.clipboard.readText();
  } catch {
    return null;
  }
}

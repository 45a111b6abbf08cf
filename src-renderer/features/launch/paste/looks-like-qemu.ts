/** Whether pasted text is meant as a QEMU command line or a script that runs one. Pure, and only a guess. */
export function looksLikeQemu(text: string): boolean {
  if (/\bqemu-(system-[a-z0-9_]+|kvm)\b/.test(text)) return true;
  // A script with the program in a variable: several of QEMU's own options.
  const options = text.match(
    /(^|\s)-(kernel|initrd|append|m|smp|machine|M|cpu|drive|hda|cdrom|netdev|nic|nographic|bios)\b/g,
  );
  return (options?.length ?? 0) >= 2;
}

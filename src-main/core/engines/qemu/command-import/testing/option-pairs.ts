/** The smallest pieces of QEMU's option syntax, for the tests' own description of a machine. */
export type Pair = [string, string];

/** Comma list to pairs; the first bare word under the key `first`. */
export function pairs(text: string, first: string): Pair[] {
  if (text.startsWith('{'))
    return Object.entries(JSON.parse(text) as Record<string, unknown>).flatMap(([k, v]) => flat(k, v));
  const parts = text
    .replaceAll(',,', '\0')
    .split(',')
    .map((part) => part.replaceAll('\0', ','));
  return parts
    .filter((part) => part !== '')
    .map((part, index): Pair => {
      const at = part.indexOf('=');
      if (at < 0) return index === 0 ? [first, part] : [part, 'on'];
      return [part.slice(0, at), part.slice(at + 1)];
    });
}

function flat(key: string, value: unknown): Pair[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([k, v]) => flat(`${key}.${k}`, v));
  return [[key, value === true ? 'on' : value === false ? 'off' : String(value)]];
}

export const noValue = new Set(
  'nodefaults no-user-config nographic snapshot S s daemonize enable-kvm usb no-reboot no-shutdown no-acpi no-hpet full-screen semihosting curses sdl'.split(
    ' ',
  ),
);

export function mebibytes(text: string): number {
  const [, number = '0', unit = 'M'] = /^([\d.]+)([KMGT]?)/i.exec(text) ?? [];
  return (
    Number(number) *
    { K: 1 / 1024, M: 1, G: 1024, T: 1024 * 1024 }[(unit || 'M').toUpperCase() as 'K' | 'M' | 'G' | 'T']
  );
}

/**
 * `-s` and `-gdb tcp::PORT` as people type them: QEMU listens on every address then, and whoever connects has a monitor
 * without a password. Where no address was given it is this computer's own; one that was is kept, and shown as open.
 */
export function gdbOnLoopback([option = '', value, ...rest]: readonly string[]): string[] | null {
  if (/^--?s$/.test(option)) return ['-gdb', 'tcp:127.0.0.1:1234', ...(value === undefined ? [] : [value]), ...rest];
  if (!/^--?gdb$/.test(option) || value === undefined) return null;
  const to = value.replace(/^(tcp|telnet|udp|websocket)::/, '$1:127.0.0.1:');
  return to === value ? null : ['-gdb', to, ...rest];
}

export const gdbOnLoopbackWhy = 'Without an address any other computer could debug the guest, and run programs here.';

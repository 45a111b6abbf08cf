/**
 * The user-mode network of the fake QEMU. Mappings really listen; a connection is accepted at once and stays silent
 * unless the script gives the guest's port a banner, exactly the way slirp fools a readiness probe.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const headings = '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n';

export function createNetwork(script) {
  const forwards = [];

  function listen(protocol, bind, port, guestPort) {
    return new Promise((resolve, reject) => {
      if (protocol === 'udp') {
        const socket = createSocket('udp4').once('error', reject);
        socket.bind(port, bind, () => resolve({ port: socket.address().port, close: () => socket.close() }));
        return;
      }
      const sockets = new Set();
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
        if (script.deafPorts.includes(guestPort)) socket.end();
        const banner = script.banners[guestPort];
        if (banner !== undefined) setTimeout(() => socket.write(banner.text), banner.afterMs ?? 0);
      }).once('error', reject);
      server.listen(port, bind, () => resolve({ port: server.address().port, close: () => server.close() }));
    });
  }

  return {
    /** `hostfwd_add`'s text: empty when it went well. */
    async add(rule) {
      const match = /^(tcp|udp)?:([0-9.]*):(\d+)-([0-9.]*):(\d+)$/.exec(rule);
      if (match === null) return `Invalid host forwarding rule '${rule}' (No : separators)\r\n`;
      const [, protocol = 'tcp', bind, host, address, guest] = match;
      try {
        const listening = await listen(protocol, bind || '0.0.0.0', Number(host), Number(guest));
        forwards.unshift({ protocol, bind, guest, address: address || '10.0.2.15', ...listening });
        return '';
      } catch {
        return `Could not set up host forwarding rule '${rule}'\r\n`;
      }
    },

    remove(rule) {
      const match = /^(tcp|udp)?:([0-9.]*):(\d+)$/.exec(rule);
      if (match === null) return 'invalid format\r\n';
      const [, protocol = 'tcp', bind, host] = match;
      const at = forwards.findIndex((it) => it.protocol === protocol && it.bind === bind && it.port === Number(host));
      if (at < 0) return `host forwarding rule for ${rule} not found\r\n`;
      if (!script.keepsForwards) forwards.splice(at, 1)[0].close();
      return `host forwarding rule for ${rule} removed\r\n`;
    },

    info() {
      const rows = forwards.map(({ protocol, bind, port, address, guest }, index) => {
        const columns = [
          `${protocol.toUpperCase()}[HOST_FORWARD]`.padEnd(19),
          String(11 + index).padStart(2),
          (bind || '*').padStart(16),
          String(port).padStart(5),
          address.padStart(16),
          String(guest).padStart(5),
          '    0     0',
        ];
        return `  ${columns[0]}${columns[1]} ${columns.slice(2, 6).join(' ')} ${columns[6]}\r\n`;
      });
      return `Hub -1 (net0):\r\n${headings}${rows.join('')}`;
    },
  };
}

/** Both monitors of the fake QEMU: QMP and the human one. Each socket serves one client at a time; the next ones wait. */
import { createServer } from 'node:net';

export function createMonitors(script, options, { guest, network, shutDown }) {
  /** Clients being served in QMP's command mode: those who hear events. */
  const listeners = new Set();
  /** Added while it runs: a listening socket each, `open` once something in QEMU answers there. */
  const chardevs = new Map();
  const version = () => {
    const [major, minor, micro] = script.version.split('.').map(Number);
    return { qemu: { micro, minor, major }, package: `Debian 1:${script.version}` };
  };

  function event(name, data) {
    const now = Date.now();
    const timestamp = { seconds: Math.floor(now / 1000), microseconds: (now % 1000) * 1000 };
    for (const send of listeners) send({ timestamp, event: name, ...(data === undefined ? {} : { data }) });
  }

  async function humanLine(line) {
    const [command, ...words] = line.trim().split(/\s+/);
    if (command === '') return '';
    if (command === 'hostfwd_add' || command === 'hostfwd_remove') {
      if (words.length === 0) return `${command}: string expected\r\nTry "help ${command}" for more information\r\n`;
      if (words.length === 2 && !options.networks.includes(words[0])) {
        return `unrecognized netdev id '${words[0]}'\r\n`;
      }
      const rule = words.at(-1);
      return command === 'hostfwd_add' ? await network.add(rule) : network.remove(rule);
    }
    if (command === 'gdbserver') {
      const door = chardevs.get(words[0]?.replace(/^chardev:/, ''));
      if (door === undefined) return `Could not open gdbserver on device '${words[0]}'\r\n`;
      door.open = true;
      return `Waiting for gdb connection on device '${words[0]}'\r\n`;
    }
    if (line.trim() === 'info usernet') return network.info();
    if (line.trim() === 'info status') return `VM status: ${guest.status}\r\n`;
    if (command === 'quit') shutDown('host-qmp-quit', false);
    return command === 'quit' || command === 'help' ? '' : `unknown command: '${command}'\r\n`;
  }

  const commands = {
    'query-status': () => ({ status: guest.status, singlestep: false, running: guest.status === 'running' }),
    'query-uuid': () => ({ UUID: options.uuid }),
    'query-name': () => (options.name === null ? {} : { name: options.name }),
    'query-version': version,
    'query-kvm': () => ({ enabled: false, present: true }),
    'query-block': () => [],
    'query-chardev': () =>
      [...chardevs].map(([label, { open, filename }]) => ({ label, filename, 'frontend-open': open })),
    'chardev-add': ({ id, backend }) =>
      new Promise((resolve) => {
        const { type, data } = backend.data.addr;
        const at = type === 'unix' ? data.path : { host: data.host, port: Number(data.port) };
        const server = createServer().listen(at, () => resolve({}));
        server.unref();
        chardevs.set(id, { open: false, filename: `disconnected:${type}:${data.path ?? data.port},server=on` });
      }),
    cont: () => {
      if (guest.cont()) event('RESUME');
      return {};
    },
    stop: () => {
      if (guest.stop()) event('STOP');
      return {};
    },
    system_reset: () => {
      event('RESET', { guest: false, reason: 'host-qmp-system-reset' });
      guest.reset();
      return {};
    },
    system_powerdown: () => {
      event('POWERDOWN');
      if (!script.ignore.includes('system_powerdown')) guest.powerDown(() => shutDown('guest-shutdown', true));
      return {};
    },
    quit: () => {
      if (!script.ignore.includes('quit')) setImmediate(() => shutDown('host-qmp-quit', false));
      return {};
    },
    'human-monitor-command': async (args) => await humanLine(args['command-line']),
  };

  let connections = 0;

  function serveControl(socket, onData) {
    const connection = ++connections;
    const answered = new Map();
    const isRefused = (execute) => {
      const rule = script.refuses?.[execute];
      if (rule === undefined || connection < rule.fromConnection) return false;
      answered.set(execute, (answered.get(execute) ?? 0) + 1);
      return answered.get(execute) > rule.afterAnswers;
    };
    const send = (message) => socket.write(`${JSON.stringify(message)}\r\n`);
    const fail = (id, errorClass, desc) => send({ id, error: { class: errorClass, desc } });
    let negotiated = false;
    const greet = () => send({ QMP: { version: version(), capabilities: ['oob'] } });
    if (script.greeting.state === 'close') socket.end();
    else if (script.greeting.state === 'normal') setTimeout(greet, script.greeting.delayMs ?? 0);
    // Our own client writes one message per line; the real thing does not need that and this one does.
    onData(async (line) => {
      if (script.greeting.state !== 'normal' || line.trim() === '') return;
      const { execute, arguments: args = {}, id } = JSON.parse(line);
      if (execute === 'qmp_capabilities') {
        negotiated = true;
        listeners.add(send);
        send({ return: {}, id });
      } else if (!negotiated) {
        fail(id, 'CommandNotFound', "Expecting capabilities negotiation with 'qmp_capabilities'");
      } else if (script.ignore.includes(`reply:${execute}`)) {
        // Hangs: the command is taken and never answered.
      } else if (isRefused(execute)) {
        fail(id, 'GenericError', 'not now');
      } else if (commands[execute] === undefined) {
        fail(id, 'CommandNotFound', `The command ${execute} has not been found`);
      } else {
        const result = commands[execute](args);
        send({ return: result instanceof Promise ? await result : result, id });
      }
    });
    return () => listeners.delete(send);
  }

  function serveHuman(socket, onData) {
    const prompt = '(qemu) ';
    socket.write(`QEMU ${script.version} monitor - type 'help' for more information\r\n${prompt}`);
    onData(async (line) => socket.write(`${line}\r\n${await humanLine(line)}${prompt}`));
    return () => undefined;
  }

  const open = new Set();
  return {
    event,

    listen({ path, use }) {
      const waiting = [];
      let serving = null;
      const serveNext = () => {
        serving = waiting.shift() ?? null;
        if (serving === null) return;
        const socket = serving;
        const stopServing = (use === 'control' ? serveControl : serveHuman)(socket, (onLine) => byLine(socket, onLine));
        socket.on('close', () => {
          stopServing();
          serveNext();
        });
      };
      const server = createServer((socket) => {
        open.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          open.delete(socket);
          if (waiting.includes(socket)) waiting.splice(waiting.indexOf(socket), 1);
        });
        waiting.push(socket);
        if (serving === null) serveNext();
      });
      return new Promise((resolve, reject) => server.once('error', reject).listen(path, resolve));
    },

    /** Calls `done` when what was said has been sent. */
    close(done) {
      const sockets = [...open];
      if (sockets.length === 0) done();
      let left = sockets.length;
      for (const socket of sockets) {
        socket.end(() => {
          left -= 1;
          if (left === 0) done();
        });
      }
    },
  };
}

/** One after another: a monitor reads the next command when it has answered the last. */
function byLine(socket, onLine) {
  let rest = '';
  let last = Promise.resolve();
  socket.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split(/\r\n|\r|\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) last = last.then(() => onLine(line));
  });
}

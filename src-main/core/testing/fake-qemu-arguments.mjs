/** QEMU's argv, as far as Slipway writes it. What is not known here is accepted and ignored, with or without a value. */
import { readFileSync } from 'node:fs';

/** What a script need not say. FakeQemuScript in fake-qemu.ts says what each is. */
const defaults = {
  version: '7.2.22',
  help: {},
  exit: null,
  greeting: { state: 'normal', delayMs: 0 },
  uuid: null,
  ignore: [],
  powerdownMs: 0,
  serial: [],
  echo: false,
  flood: null,
  chat: null,
  dieAfterMs: null,
  dieAfterSerialBytes: null,
  dieWith: 'SIGKILL',
  dieCode: 1,
  dieStderr: '',
  banners: {},
  deafPorts: [],
  keepsForwards: false,
  status: null,
};

/** Options that take `chardev:ID`, or a socket without a `-chardev` of its own: `unix:PATH,server,nowait`. */
const unixUses = { '-qmp': 'control', '-qmp-pretty': 'control', '-monitor': 'readline', '-serial': 'serial' };

/** `a=b,c=d,,e` as QEMU reads it: a doubled comma is one comma of the value. The first part may go without a key. */
export function parseProperties(text) {
  const properties = new Map();
  for (const [index, part] of text.replaceAll(',,', '\0').split(',').entries()) {
    const [key, ...rest] = part.replaceAll('\0', ',').split('=');
    if (index === 0 && rest.length === 0) properties.set('', key);
    else properties.set(key, [...(properties.get(key) ?? []), rest.join('=')]);
  }
  return properties;
}

export function parseArguments(argv) {
  let script = defaults;
  const options = {
    version: false,
    help: null,
    paused: false,
    uuid: '00000000-0000-0000-0000-000000000000',
    name: null,
    pidfile: null,
    networks: [],
    hostForwards: [],
    chardevs: [],
  };
  const uses = [];
  for (let index = 0; index < argv.length; index++) {
    const name = argv[index].replace(/^--/, '-');
    const value = () => argv[++index] ?? '';
    if (name === '-script') script = { ...defaults, ...JSON.parse(readFileSync(value(), 'utf8')) };
    else if (name === '-version') options.version = true;
    else if (name === '-S') options.paused = true;
    else if (name === '-uuid') options.uuid = value();
    else if (name === '-name')
      options.name = value()
        .split(',')[0]
        .replace(/^guest=/, '');
    else if (name === '-pidfile') options.pidfile = value();
    else if (['-accel', '-machine', '-M', '-device', '-cpu'].includes(name)) {
      if (value() === 'help') options.help = name === '-M' ? 'machine' : name.slice(1);
    } else if (name === '-netdev') {
      const argument = value();
      const properties = parseProperties(argument);
      options.networks.push(properties.get('id')?.[0]);
      for (const rule of properties.get('hostfwd') ?? []) options.hostForwards.push({ argument, rule });
    } else if (unixUses[name] !== undefined && (argv[index + 1] ?? '').startsWith('unix:')) {
      const argument = value();
      const properties = parseProperties(argument.replace(/^unix:/, 'path='));
      const [path] = properties.get('path');
      options.chardevs.push({
        id: `${name}:${path}`,
        kind: 'socket',
        path,
        logfile: properties.get('logfile')?.[0] ?? null,
        argument: `${name} ${argument}`,
        use: unixUses[name],
      });
    } else if (name === '-chardev') {
      const argument = value();
      const properties = parseProperties(argument);
      options.chardevs.push({
        id: properties.get('id')?.[0],
        kind: properties.get(''),
        path: properties.get('path')?.[0] ?? null,
        logfile: properties.get('logfile')?.[0] ?? null,
        argument: `-chardev ${argument}`,
        use: null,
      });
    } else if (name === '-mon') {
      const properties = parseProperties(value());
      const id = properties.get('chardev')?.[0] ?? properties.get('');
      uses.push([id, properties.get('mode')?.[0] ?? 'readline']);
    } else if (unixUses[name] !== undefined) uses.push([value().replace(/^chardev:/, ''), unixUses[name]]);
  }
  for (const [id, use] of uses) {
    const chardev = options.chardevs.find((candidate) => candidate.id === id);
    if (chardev !== undefined) chardev.use = use;
  }
  return { script, options: { ...options, uuid: script.uuid ?? options.uuid } };
}

/**
 * A QEMU command line as a description of the machine it makes, for comparing two of them. Written for the tests alone
 * and from QEMU's documentation: it shares no code with the importer, so that a mistake of one is seen by the other.
 */
import { resolve } from 'node:path';
import { mebibytes, noValue, type Pair, pairs } from './option-pairs.ts';

export interface MachineDescription {
  program: string;
  machine: string;
  accelerators: string[];
  cpu: string;
  memory: string;
  processors: string;
  kernel: Record<string, string>;
  firmware: string[];
  drives: string[];
  network: string[];
  displays: string[];
  entropy: string[];
  debug: string[];
  /** Everything else, in its order, ids and all. */
  others: string[];
}

export interface DescribeOptions {
  /** What relative paths start from. */
  readonly directory: string;
  /** Host and guest ports that are mapped another way. */
  readonly forwards?: readonly string[];
}

export function describeMachine(
  argv: readonly string[],
  { directory, forwards = [] }: DescribeOptions,
): MachineDescription {
  const [program = '', ...words] = argv;
  const options: Pair[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) options.push(['hda', word]);
    else {
      const name = word.replace(/^--?/, '');
      options.push([name === 'M' ? 'machine' : name, noValue.has(name) ? '' : (words[++at] ?? '')]);
    }
  }
  const all = (...names: string[]) => options.filter(([name]) => names.includes(name)).map(([, value]) => value);
  const path = (text: string) => resolve(directory, text.replace(/^\/overlay-of/, ''));
  const arch = /qemu-system-(\w+)$/.exec(program)?.[1] ?? 'x86_64';
  const family = { i386: 'x86_64', arm: 'aarch64' }[arch] ?? arch;

  const machineProperties = new Map<string, string>();
  let accelerators: string[] = [];
  for (const text of all('machine')) {
    for (const [key, value] of pairs(text, 'type')) {
      if (key === 'accel') accelerators = value.split(':');
      else machineProperties.set(key, value);
    }
  }
  const accels = all('accel');
  if (accels.length > 0) accelerators = accels.flatMap((text) => (text.includes(',') ? [text] : text.split(':')));
  if (options.some(([name]) => name === 'enable-kvm')) accelerators = ['kvm'];
  if (accelerators.length === 0) accelerators = /kvm$/.test(program) ? ['auto'] : ['tcg'];
  if (accelerators.length > 1 && accelerators.every((one) => !one.includes(','))) accelerators = ['auto'];
  const type = machineProperties.get('type') ?? (family === 'x86_64' ? 'pc' : family === 'riscv64' ? 'spike' : 'virt');
  machineProperties.delete('type');

  const used = new Set<Pair>();
  const use = (option: Pair | undefined) => option !== undefined && used.add(option);
  const devices = options
    .filter(([name]) => name === 'device')
    .map((option) => ({ option, list: pairs(option[1], 'driver') }));
  const get = (list: Pair[], key: string) => list.findLast(([k]) => k === key)?.[1];
  const without = (list: Pair[], ...keys: string[]) =>
    list
      .filter(([key]) => !keys.includes(key))
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(',');

  // Flash: `-drive if=pflash`, `-pflash`, or machine properties naming nodes.
  const nodes = new Map<string, { list: Pair[]; option: Pair }>();
  for (const option of options) {
    if (option[0] !== 'blockdev') continue;
    const list = pairs(option[1], 'driver');
    nodes.set(get(list, 'node-name') ?? '', { list, option });
  }
  const imageOf = (name: string): { file: string; format: string; readOnly: boolean } | null => {
    const node = nodes.get(name);
    if (node === undefined) return null;
    const readOnly = get(node.list, 'read-only') === 'on';
    const driver = get(node.list, 'driver') ?? '';
    if (driver === 'file') {
      use(node.option);
      return { file: path(get(node.list, 'filename') ?? ''), format: 'raw', readOnly };
    }
    const inner = get(node.list, 'file');
    const below = inner === undefined ? { file: path(get(node.list, 'file.filename') ?? '') } : imageOf(inner);
    if (below === null || !['auto', 'raw', 'qcow2', 'vmdk', 'vdi', 'vpc', 'vhdx'].includes(driver)) return null;
    use(node.option);
    return { file: below.file, format: driver, readOnly };
  };
  const firmware: string[] = [];
  for (const key of ['pflash0', 'pflash1']) {
    const name = machineProperties.get(key);
    if (name === undefined) continue;
    const image = imageOf(name);
    machineProperties.delete(key);
    firmware.push(`flash ${image?.file}`);
  }

  const drives: string[] = [];
  let ide = 0;
  const q35 = type === 'q35' || type.startsWith('pc-q35');
  const hasIde = family === 'x86_64' && !['microvm', 'none'].includes(type);
  const defaultInterface = hasIde
    ? 'ide'
    : family === 'aarch64' && /^virt/.test(type)
      ? 'virtio'
      : /^raspi/.test(type)
        ? 'sd'
        : 'none';
  const takenPlaces = new Set<number>();
  const placeOf = (list: Pair[]) => {
    const index = get(list, 'index');
    if (index !== undefined) return Number(index);
    const bus = get(list, 'bus');
    return bus === undefined ? null : Number(bus) * (q35 ? 1 : 2) + Number(get(list, 'unit') ?? 0);
  };
  for (const [name, value] of options) {
    if (/^hd[a-d]$/.test(name)) takenPlaces.add('abcd'.indexOf(name.charAt(2)));
    if (name === 'cdrom') takenPlaces.add(2);
    if (name === 'drive') {
      const place = placeOf(pairs(value, 'file'));
      if (place !== null) takenPlaces.add(place);
    }
  }
  const nextPlace = () => {
    while (takenPlaces.has(ide)) ide++;
    return ide++;
  };
  const snapshot = options.some(([name]) => name === 'snapshot');
  const drive = (
    file: string,
    format: string,
    where: string,
    media: string,
    readOnly: boolean,
    overlay: boolean,
    serial = '',
  ) =>
    drives.push(
      [
        path(file),
        format,
        where,
        media,
        readOnly || media === 'cdrom' ? 'ro' : overlay || file.startsWith('/overlay-of') ? 'overlay' : 'rw',
        serial,
      ]
        .filter((part) => part !== '')
        .join(' '),
    );
  for (const option of options) {
    const [name, value] = option;
    if (/^hd[a-d]$/.test(name) || name === 'cdrom') {
      if (defaultInterface === 'none' || (defaultInterface !== 'ide' && name === 'cdrom')) continue;
      use(option);
      const place = name === 'cdrom' ? 2 : 'abcd'.indexOf(name.charAt(2));
      drive(
        value,
        'auto',
        defaultInterface === 'ide' ? `ide:${place}` : defaultInterface,
        name === 'cdrom' ? 'cdrom' : 'disk',
        false,
        snapshot,
      );
    }
    if (name === 'sd') {
      use(option);
      drive(value, 'auto', 'sd', 'disk', false, snapshot);
    }
    if (name !== 'drive') continue;
    const list = pairs(value, 'file');
    const where = get(list, 'if') ?? defaultInterface;
    const file = get(list, 'file') ?? get(list, 'file.filename') ?? '';
    if (where === 'pflash') {
      use(option);
      firmware.push(`flash ${path(file)}`);
      continue;
    }
    const strange =
      list.some(([key]) => /^(werror|rerror|throttling|copy-on-read|file\.driver=(?!file))/.test(key)) ||
      /^(nbd|fat|ssh|https?|json|rbd):/.test(file);
    if (strange || where === 'none' || where === 'floppy' || where === 'mtd' || (where === 'ide' && !hasIde)) continue;
    if (where === 'virtio' && !['x86_64', 'aarch64', 'riscv64'].includes(family)) continue;
    use(option);
    const place = where === 'ide' ? (placeOf(list) ?? nextPlace()) : null;
    drive(
      file,
      get(list, 'format') ?? 'auto',
      place === null ? where : `ide:${place}`,
      get(list, 'media') ?? 'disk',
      get(list, 'readonly') === 'on',
      snapshot || get(list, 'snapshot') === 'on',
      get(list, 'serial') ?? '',
    );
  }
  for (const { option, list } of devices) {
    const backend = get(list, 'drive');
    const driver = get(list, 'driver') ?? '';
    if (backend === undefined) continue;
    const media = /-cd$/.test(driver) ? 'cdrom' : 'disk';
    const bus = get(list, 'bus') ?? '';
    const stick = devices.find((one) => get(one.list, 'driver') === 'usb-bot' && `${get(one.list, 'id')}.0` === bus);
    const where =
      /^virtio-blk(-pci)?$/.test(driver) && type !== 'microvm'
        ? 'virtio'
        : driver === 'virtio-blk-device' && type === 'microvm'
          ? 'virtio'
          : driver === 'nvme'
            ? 'nvme'
            : /^ide-/.test(driver) && /^ide\.\d/.test(bus)
              ? `ide:${Number(bus.slice(4)) * (q35 ? 1 : 2) + Number(get(list, 'unit') ?? 0)}`
              : stick !== undefined || driver === 'usb-storage'
                ? 'usb'
                : /^scsi-(hd|cd)$/.test(driver) &&
                    devices.some((one) => /^virtio-scsi/.test(get(one.list, 'driver') ?? ''))
                  ? 'scsi'
                  : null;
    if (where === null) continue;
    const simple = without(list, 'driver', 'drive', 'id', 'bootindex', 'bus', 'unit', 'serial') === '';
    if (!simple) continue;
    const shown = driver === 'usb-storage' ? null : media;
    const unplugged = options.find(([name, value]) => name === 'drive' && get(pairs(value, 'file'), 'id') === backend);
    const serial = /^slipway-/.test(get(list, 'serial') ?? '') ? '' : (get(list, 'serial') ?? '');
    if (unplugged !== undefined) {
      const back = pairs(unplugged[1], 'file');
      use(unplugged);
      use(option);
      drive(
        get(back, 'file') ?? '',
        get(back, 'format') ?? 'auto',
        where,
        shown ?? get(back, 'media') ?? 'disk',
        get(back, 'readonly') === 'on',
        snapshot || get(back, 'snapshot') === 'on',
        serial,
      );
    } else {
      const image = imageOf(backend);
      if (image === null) continue;
      use(option);
      const overlay = [...nodes.values()].some(
        ({ list: own }) =>
          (get(own, 'file.filename') ?? '').startsWith('/overlay-of') &&
          path(get(own, 'file.filename') ?? '') === image.file,
      );
      drives.push(
        [
          image.file,
          image.format,
          where,
          shown ?? 'disk',
          image.readOnly || media === 'cdrom' ? 'ro' : overlay ? 'overlay' : 'rw',
          serial,
        ]
          .filter((part) => part !== '')
          .join(' '),
      );
    }
    if (stick !== undefined) use(stick.option);
  }
  // Controllers belong to their disks; those of nothing else are said with them.
  for (const { option, list } of devices) {
    const driver = get(list, 'driver') ?? '';
    const id = get(list, 'id');
    const bare = without(list, 'driver', 'id') === '';
    const mine = drives.some((text) => text.includes(driver === 'qemu-xhci' ? ' usb ' : ' scsi '));
    const others = devices.some(
      (one) => !used.has(one.option) && one.option !== option && (get(one.list, 'bus') ?? '').startsWith(`${id}.`),
    );
    const usb = devices.some((one) => !used.has(one.option) && /^usb-/.test(get(one.list, 'driver') ?? ''));
    if (/^(virtio-scsi(-pci|-device)?|qemu-xhci)$/.test(driver) && bare && mine && !others && !usb) use(option);
  }

  // The network.
  const network: string[] = [];
  const nic = hasIde
    ? q35
      ? 'e1000e'
      : type === 'isapc'
        ? 'ne2k_isa'
        : 'e1000'
    : family === 'aarch64' && /^virt/.test(type)
      ? 'virtio-net-pci'
      : null;
  const model = (text: string | undefined) =>
    text === undefined ? (nic ?? 'board') : /^virtio(-net)?$/.test(text) ? 'virtio-net-pci' : text;
  const card = (device: string, list: string, backend: Pair[]) => {
    const forward = backend
      .filter(([key]) => key === 'hostfwd')
      .map(([, value]) =>
        value.replace(/^([a-z]*)::/, (_, p: string) => `${p || 'tcp'}:127.0.0.1:`).replace('-10.0.2.15:', '-:'),
      );
    const rest = backend
      .filter(([key, value]) => !['hostfwd', 'id', 'type'].includes(key) && value !== 'user')
      .map(([k, v]) => `${k}=${v}`);
    network.push(
      [device, list, 'user', ...rest.sort(), ...forward.sort(), ...(rest.length === 0 ? [...forwards].sort() : [])]
        .filter((part) => part !== '')
        .join(' '),
    );
  };
  const asked = options.filter(([name]) => ['net', 'nic', 'netdev'].includes(name));
  const backends = asked.filter(([name, value]) => (name === 'net' ? !/^(nic|none)/.test(value) : value !== 'none'));
  const legacyNic = asked.find(([name, value]) => name === 'net' && /^nic/.test(value));
  const netdevNic = legacyNic !== undefined && /netdev=/.test(legacyNic[1]);
  const userOnly = backends.length === 1 && /^(type=)?user/.test(backends[0]?.[1] ?? '');
  for (const option of asked) if (option[1] === 'none') use(option);
  if (asked.length === 0) {
    if (!options.some(([name]) => name === 'nodefaults') && nic !== null) card(nic, '', []);
  } else if (userOnly) {
    const [back] = backends as [Pair];
    const list = pairs(back[1], 'type');
    const device = devices.find((one) => get(one.list, 'netdev') === get(list, 'id'));
    if (back[0] === 'nic') {
      use(back);
      card(
        model(get(list, 'model')),
        get(list, 'mac') === undefined ? '' : `mac=${get(list, 'mac')}`,
        list.filter(([key]) => key !== 'model' && key !== 'mac'),
      );
    } else if ((back[0] === 'net' || netdevNic) && legacyNic !== undefined) {
      use(back);
      use(legacyNic);
      const nics = pairs(legacyNic[1], 'type');
      card(model(get(nics, 'model')), get(nics, 'macaddr') === undefined ? '' : `mac=${get(nics, 'macaddr')}`, list);
    } else if (device !== undefined) {
      use(back);
      use(device.option);
      card(model(get(device.list, 'driver')), without(device.list, 'driver', 'netdev', 'id', 'romfile'), list);
    }
  }

  // Displays.
  let displays: string[] =
    hasIde && !options.some(([name]) => name === 'nodefaults') ? [type === 'isapc' ? 'isa-vga' : 'VGA'] : [];
  for (const value of all('vga')) {
    if (hasIde || value === 'none')
      displays =
        value === 'none'
          ? []
          : [
              { std: 'VGA', cirrus: 'cirrus-vga', qxl: 'qxl-vga', virtio: 'virtio-vga', vmware: 'vmware-svga' }[
                value
              ] ?? value,
            ];
  }
  for (const { option, list } of devices) {
    const driver = get(list, 'driver') ?? '';
    if (/^(VGA|isa-vga|cirrus-vga|qxl-vga|virtio-vga|vmware-svga)$/.test(driver)) {
      use(option);
      displays = [option[1]];
    } else if (/^(virtio-gpu(-pci|-device)?|ramfb|bochs-display|qxl)$/.test(driver)) {
      use(option);
      displays.push(option[1]);
    }
  }

  // A UART plugged by hand is a serial line like any other.
  for (const { option, list } of devices) if (get(list, 'driver') === 'isa-serial') use(option);

  // Entropy from this computer.
  const entropy: string[] = [];
  for (const { option, list } of devices) {
    if (!/^virtio-rng/.test(get(list, 'driver') ?? '')) continue;
    const object = options.find(
      ([name, value]) => name === 'object' && get(pairs(value, 'type'), 'id') === get(list, 'rng'),
    );
    if (object !== undefined && without(pairs(object[1], 'type'), 'id', 'filename', 'type') !== '') continue;
    use(option);
    use(object);
    entropy.push((get(list, 'driver') ?? '').replace(/^virtio-rng$/, 'virtio-rng-pci'));
  }

  const value = (name: string, fallback: string) => all(name).at(-1) ?? fallback;
  const memory = new Map(all('m').flatMap((text) => pairs(text, 'size')));
  const smp = new Map(all('smp').flatMap((text) => pairs(text, 'cpus')));
  const topology = ['sockets', 'dies', 'cores', 'threads'].map((key) => Number(smp.get(key) ?? 1));
  smp.set('cpus', smp.get('cpus') ?? smp.get('maxcpus') ?? String(topology.reduce((a, b) => a * b, 1)));
  if (smp.size === 1 && all('smp').length === 0 && /^raspi3/.test(type)) smp.set('cpus', '4');
  const kernel: Record<string, string> = {};
  for (const name of ['kernel', 'initrd', 'dtb']) {
    const file = all(name).at(-1);
    if (file !== undefined)
      kernel[name] = file
        .split(',')
        .map((one) => path(one.split(' ')[0] ?? '') + one.slice(one.split(' ')[0]?.length))
        .join(',');
  }
  if (all('append').length > 0) kernel.append = value('append', '');
  const bios = value('bios', '');
  if (bios !== '' && !(bios === 'default' && family === 'riscv64'))
    firmware.push(`bios ${bios === 'none' ? bios : path(bios)}`);

  const debug: string[] = [];
  if (options.some(([name]) => name === 's')) debug.push('gdb 1234');
  for (const text of all('gdb'))
    debug.push(/^tcp:[^:]*:(\d+)/.test(text) ? `gdb ${/^tcp:[^:]*:(\d+)/.exec(text)?.[1]}` : `gdb ${text}`);
  for (const name of ['no-reboot', 'no-shutdown']) if (options.some(([one]) => one === name)) debug.push(name);
  if (all('d').length > 0) debug.push(`d ${value('d', '').split(',').sort().join(',')}`);

  // What Slipway does itself, or has fields for, and was described above.
  const described = new Set(
    'machine accel enable-kvm cpu m smp kernel initrd dtb append bios s gdb no-reboot no-shutdown d vga nodefaults no-user-config nographic display serial monitor parallel name uuid pidfile daemonize S sandbox snapshot boot pflash curses sdl full-screen'.split(
      ' ',
    ),
  );
  const ours = new Set(['chardev', 'mon', 'qmp']);
  const others = options
    .filter(
      (option) =>
        !used.has(option) && !described.has(option[0]) && !(ours.has(option[0]) && isConsole(option, options)),
    )
    .map(([name, text]) =>
      `-${name} ${plainIds(text)}`
        .trim()
        .replace(
          /((?:file|filename|path|mem-path|logfile)=)([^,:/{][^,:]*)(?=,|$)/g,
          (_, key: string, file: string) => key + path(file),
        ),
    )
    .map((text) =>
      text.replace(
        /^(-(?:fd[ab]|readconfig|D) |.*file=fat:(?:rw:)?)(?!fat|rw:)([^/].*)$/,
        (_, before: string, file: string) => before + path(file),
      ),
    );
  for (const text of [...all('serial'), ...all('monitor'), ...all('qmp')].filter((one) =>
    /^(tcp|unix|telnet|udp):/.test(one),
  ))
    others.push(`console ${text}`);
  for (const text of all('pflash')) firmware.push(`flash ${path(text)}`);

  const rest = [...machineProperties].map(([key, text]) => `${key}=${text}`).sort();
  return {
    program: `qemu-system-${family}`,
    machine: [type, ...rest].join(','),
    accelerators,
    cpu: value('cpu', arch === 'i386' && type !== 'isapc' ? 'qemu32' : 'default'),
    memory:
      [...memory]
        .map(([key, text]) => `${key}=${key === 'size' ? mebibytes(text) : text}`)
        .sort()
        .join(',') || (/^raspi3/.test(type) ? 'size=1024' : 'size=128'),
    processors: [...smp]
      .map(([key, text]) => `${key}=${text}`)
      .sort()
      .join(','),
    kernel,
    firmware,
    drives: drives.sort(),
    network,
    displays,
    entropy,
    debug,
    others,
  };
}

/** Ids of ours that had to make way. */
function plainIds(text: string): string {
  return text.replace(/(=|:|")own-/g, '$1');
}

/** Slipway's own consoles, and those of a command that a person looks at. */
function isConsole([name, value]: Pair, options: readonly Pair[]): boolean {
  const id = name === 'chardev' ? /(?:^|,)id=([^,]+)/.exec(value)?.[1] : /chardev=([^,]+)/.exec(value)?.[1];
  if (name === 'qmp') return value === 'stdio' || /^(tcp|unix|telnet):|^chardev:(qmp0|qmp-user0)$/.test(value);
  const chardev = options.find(([one, text]) => one === 'chardev' && new RegExp(`(^|,)id=${id}(,|$)`).test(text));
  const isPersonal =
    /^(stdio|file|null|pty|vc|pipe)/.test(chardev?.[1] ?? '') || /^(qmp0|qmp-user0|monitor0|serial0)$/.test(id ?? '');
  const deviceUses = options.some(
    ([one, text]) => one === 'device' && text.includes(`chardev=${id}`) && !text.startsWith('isa-serial'),
  );
  return isPersonal && !deviceUses;
}

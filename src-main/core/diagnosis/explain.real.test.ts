/** Bad input to the QEMU that is installed, and what is made of its words. Every row is one process that ends at once. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findHostTool } from '../process/host-tool.ts';
import { runTool } from '../process/run-tool.ts';
import { explain } from './explain.ts';

const directory = mkdtempSync(join(tmpdir(), 'explain-'));
const at = (name: string) => join(directory, name);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** One process and no guest: it must say no within this. */
const deadlineMs = 20_000;

const qcow2 = (name: string, ...more: string[]) => {
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...more, at(name), ...(more.includes('-b') ? [] : ['1M'])]);
  return at(name);
};
/** A qcow2 image with other bytes at one place of its header. */
function spoiled(name: string, offset: number, bytes: number[]): void {
  const file = openSync(qcow2(name), 'r+');
  writeSync(file, Buffer.from(bytes), 0, bytes.length, offset);
}

/** A 64-bit ELF header with a Multiboot header behind it. */
function multibootElf64(): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.write('\x7fELF\x02\x01\x01', 'latin1');
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(62, 18);
  bytes.writeUInt32LE(1, 20);
  for (const [index, word] of [0x1badb002, 0, 0xe4524ffe].entries()) bytes.writeUInt32LE(word, 1024 + 4 * index);
  return bytes;
}

writeFileSync(at('text'), 'x'.repeat(1000));
writeFileSync(at('raw'), Buffer.alloc(1024 * 1024));
writeFileSync(at('multiboot64'), multibootElf64());
qcow2('disk.qcow2');
writeFileSync(at('base'), 'x'.repeat(1024));
qcow2('orphan.qcow2', '-b', at('base'), '-F', 'raw');
rmSync(at('base'));
spoiled('version.qcow2', 4, [0, 0, 0, 9]);
spoiled('feature.qcow2', 72, [0x80, 0, 0, 0, 0, 0, 0, 0]);
spoiled('corrupt.qcow2', 72, [0, 0, 0, 0, 0, 0, 0, 2]);
spoiled('l1.qcow2', 40, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
spoiled('aes.qcow2', 32, [0, 0, 0, 1]);
writeFileSync(at('short.qcow2'), readFileSync(at('disk.qcow2')).subarray(0, 50));

const x64 = 'qemu-system-x86_64';
const arm = 'qemu-system-aarch64';
const riscv = 'qemu-system-riscv64';

async function stderrOf(binary: string, args: readonly string[]): Promise<string> {
  const display = args.some((arg) => arg === '-display' || arg === '-vnc') ? [] : ['-display', 'none'];
  const size = args.includes('-m') ? [] : ['-m', '64'];
  const all = ['-nodefaults', '-S', ...size, ...display, ...args];
  const result = await runTool(binary, all, { timeoutMs: deadlineMs, cwd: directory });
  expect(result.code, `${args.join(' ')} was taken`).not.toBe(0);
  return result.stderr;
}

interface Row {
  readonly binary?: string;
  readonly args: readonly string[];
  /** Several: QEMU's versions find fault with different things first. */
  readonly rule: string;
  /** In the sentence, the cause or the hint. */
  readonly says: RegExp;
}
const row = (args: string, rule: string, says: RegExp, binary = x64): Row => ({
  args: args.split(' ').map((arg) => arg.replaceAll('@', `${directory}/`)),
  rule,
  says,
  binary,
});
const drive = (rest: string) => `-drive if=none,id=d,${rest}`;

const table: readonly Row[] = [
  row('-bogus', 'option-unknown', /no option -bogus/),
  row('-soundhw hda', 'option-unknown', /removed in QEMU 7\.1.*-audio/),
  row('-watchdog i6300esb', 'option-unknown', /removed in QEMU 7\.2/),
  row('-kernel', 'option-value', /-kernel needs a value/),
  row('-semihosting', 'option-target', /other architectures/),
  row('-machine nosuch', 'machine-unknown', /no machine/),
  row('', 'machine-needed', /virt/, arm),
  row('-machine q35,bogus=1', 'property-unknown', /machine pc-q35-\S+ has no property called bogus/),
  row('-cpu nosuch', 'cpu-unknown', /CPU model called nosuch/),
  row('-cpu qemu64,nosuch=on', 'property-unknown', /CPU qemu64 has no property called nosuch/),
  row('-cpu host -accel tcg', 'cpu-needs-kvm', /needs hardware acceleration/),
  row('-machine virt -cpu cortex-a8', 'cpu-machine', /does not take the CPU cortex-a8/, arm),
  row('-accel nosuch', 'accelerator-unknown', /no accelerator called nosuch/),
  row('-accel hvf', 'accelerator-unknown', /no accelerator called hvf/),
  row('-machine accel=nosuch', 'accelerator-unknown', /called nosuch/),
  row('-accel tcg,bogus=1', 'property-unknown', /accelerator tcg has no property called bogus/),
  row('-smp 999', 'processors-most', /at most 255 processors; 999/),
  row('-machine virt,gic-version=2 -smp 9', 'processors-most', /mach-virt has at most 8 processors; 9/, arm),
  row('-machine sifive_u -smp 1', 'processors-least', /at least 2 processors/, riscv),
  row('-smp 2,sockets=3', 'processors-topology', /sockets, cores/),
  row('-smp cpus=4,maxcpus=2', 'processors-topology', /maxcpus must be/),
  row('-smp abc', 'parameter-value', /smp\.cpus expects integer/),
  row('-m 99999999', 'memory-host', /not enough memory/),
  row('-m abc', 'parameter-value', /expects a non-negative number/),
  row('-m 64,maxmem=32', 'memory-maxmem', /slots= and maxmem=/),
  row('-m 64,slots=2', 'memory-maxmem', /slots=/),
  row('-m 64,slots=300,maxmem=1G', 'memory-maxmem', /300 memory slots/),
  row('-machine memory-backend=zz', 'memory-backend', /has the id zz/),
  row('-object memory-backend-ram,id=m,size=32M -machine memory-backend=m', 'memory-backend', /another size/),
  row('-mem-path @text', 'memory-backend', /another size/),
  row('-object memory-backend-ram,id=m,size=0', 'property-value', /size cannot be "0"/),
  row('-machine raspi3b -m 64', 'memory-machine', /exactly 1 GiB/, arm),
  row('-machine virt,highmem=off -m 4G', 'memory-address', /32 bits/, arm),
  row('-device virtio-net-pic', 'device-unknown', /no device called virtio-net-pic/),
  row('-device virtio-net-pci,bogus=1', 'property-unknown', /device virtio-net-pci has no property called bogus/),
  row('-device virtio-blk-pci,drive=zz', 'property-link', /"zz"/),
  row('-device virtio-blk-pci', 'drive-missing', /without a drive/),
  row('-blockdev driver=raw,file=zz,node-name=a', 'drive-missing', /called zz/),
  row('-device isa-debug-exit,iobase=zz', 'parameter-value', /iobase expects integer/),
  row('-device virtio-net-pci,addr=99', 'property-value', /addr cannot be "99"/),
  row('-device virtio-net-pci,addr=2 -device virtio-net-pci,addr=2', 'device-slot', /PCI slot 2/),
  row('-device usb-kbd', 'device-bus', /qemu-xhci/),
  row('-device scsi-hd', 'device-bus', /virtio-scsi-pci/),
  row('-machine raspi3b -m 1G -device virtio-net-pci', 'device-bus', /no PCI/, arm),
  row('-device virtio-net-pci,bus=zz', 'device-bus-name', /called zz/),
  row('-device virtio-serial,id=1x', 'id-bad', /begins with a letter/),
  row('-chardev null,id=a -chardev null,id=a', 'id-twice', /id "a"/),
  row('-name a,b', 'parameter-unknown', /no parameter called b/),
  row('-netdev user', 'parameter-needed', /lacks id=/),
  row('-netdev nosuch,id=n0', 'parameter-value', /type does not accept value 'nosuch'/),
  row('-netdev user,id=n0,hostfwd=bogus', 'port-forward-words', /bogus/),
  row('-netdev user,id=n0,smb=/tmp', 'network-smb', /Samba/),
  row('-boot z', 'boot-device', /"z"/),
  row(drive('file=/dev/nosuch,format=raw'), 'file-missing', /\/dev\/nosuch does not exist/),
  row(drive('file=/tmp,format=raw'), 'image-directory', /\/tmp is not a file/),
  row(drive('file=@text,format=qcow2'), 'format-wrong', /not a qcow2 image/),
  row(drive('file=@text,format=vmdk'), 'format-vmdk', /not a vmdk image/),
  row(drive('file=@text,format=vpc'), 'format-vmdk', /not a vpc image/),
  row(drive('file=@text,format=vdi'), 'format-vdi', /not a vdi image/),
  row(drive('file=@text,format=nosuch'), 'format-unknown', /no image format called nosuch/),
  row(drive('file=@text,format=raw,bogus=1'), 'parameter-unknown', /no parameter called bogus/),
  row(drive('file=a:b.img,format=raw'), 'protocol-unknown', /"a:"/),
  row(drive('file=nbd://127.0.0.1:1/x,format=raw'), 'remote-refused', /127\.0\.0\.1:1/),
  row(drive('file=@orphan.qcow2,format=qcow2'), 'backing-missing', /based on .*\/base/),
  row(drive('file=@version.qcow2,format=qcow2'), 'qcow2-version', /version 9/),
  row(drive('file=@feature.qcow2,format=qcow2'), 'qcow2-version', /Unknown incompatible feature/),
  row(drive('file=@short.qcow2,format=qcow2'), 'qcow2-tables', /header too short/),
  row(drive('file=@l1.qcow2,format=qcow2'), 'qcow2-tables', /active L1 table/),
  row(drive('file=@corrupt.qcow2,format=qcow2'), 'qcow2-corrupt', /marked as corrupt/),
  row(drive('file=@aes.qcow2,format=qcow2'), 'qcow2-encrypted', /AES-CBC/),
  row(drive('file=@raw,format=raw,aio=native'), 'aio-direct', /cache=none/),
  row(`${drive('file=@raw,format=raw,readonly=on')} -device ide-hd,drive=d`, 'disk-read-only', /IDE/),
  row(
    '-drive file=@disk.qcow2,format=qcow2 -drive file=@disk.qcow2,format=qcow2',
    'image-lock',
    /disk\.qcow2 is in use/,
  ),
  row('-drive file=@raw,format=raw,index=0 -drive file=@disk.qcow2,format=qcow2,index=0', 'drive-twice', /same place/),
  row('-drive if=scsi,file=@raw,format=raw', 'drive-bus', /if=scsi/),
  row('-loadvm x -drive file=@disk.qcow2,format=qcow2', 'snapshot-missing', /snapshot called x/),
  row('-loadvm x', 'snapshot-missing', /hold snapshots/),
  row('-drive if=pflash,format=raw,file=@text', 'flash-size', /1024 bytes|1000 bytes/),
  row('-drive if=pflash,format=raw,file=@raw,unit=1', 'flash-order', /unit 0/),
  row('-machine virt -drive if=pflash,format=raw,file=@raw', 'flash-room', /exactly 67108864 bytes/, arm),
  row('-kernel @nosuch', 'kernel-unreadable', /nosuch could not be loaded: no such file/),
  row('-kernel /tmp', 'kernel-unreadable', /is a directory/),
  row('-machine virt -kernel @nosuch', 'kernel-unreadable', /nosuch could not be loaded/, arm),
  row('-kernel @text', 'kernel-header', /none that QEMU can start/),
  row('-kernel /bin/ls', 'kernel-pvh', /no PVH entry point/),
  row('-kernel @multiboot64', 'kernel-multiboot64', /must be a 32-bit ELF/),
  row('-machine none -kernel @text', 'kernel-not-here', /boots no kernel/),
  row('-append x', 'kernel-needed', /-append needs a kernel/),
  row('-machine virt -kernel @text -initrd @nosuch', 'initrd-unreadable', /nosuch could not be loaded/, arm),
  row('-machine virt -kernel @raw -initrd @nosuch', 'initrd-unreadable', /nosuch/, riscv),
  row('-machine virt -m 1 -kernel @raw', 'dtb-room', /do not fit/, arm),
  row('-machine virt -kernel @raw -dtb @text', 'dtb-bad', /d00dfeed/, arm),
  row('-machine virt -kernel @raw -m 1', 'rom-overlap dtb-room', /same place|do not fit/, riscv),
  row('-bios @nosuch', 'bios-unreadable', /firmware .*nosuch/),
  row('-bios nosuch.bin', 'bios-unreadable', /firmware nosuch\.bin/),
  row('-machine virt -bios @nosuch', 'rom-image', /nosuch could not be found/, arm),
  row('-machine virt -bios @nosuch', 'rom-image', /nosuch could not be found/, riscv),
  row('-device virtio-net-pci,romfile=nosuch.rom', 'option-rom', /option ROM nosuch\.rom/),
  row('-device loader,file=@nosuch', 'loader-file', /nosuch could not be loaded/),
  row('-fw_cfg name=opt/x,file=@nosuch', 'loader-file', /nosuch could not be loaded/),
  row('-smbios file=@nosuch', 'loader-file', /nosuch could not be loaded/),
  row('-acpitable file=@nosuch', 'loader-file file-missing', /nosuch (could not be loaded|does not exist)/),
  row('-chardev nosuch,id=a', 'chardev-unknown', /called nosuch/),
  row('-serial nosuch', 'chardev-unknown', /called nosuch/),
  row('-mon chardev=zz', 'chardev-unknown', /id zz/),
  row('-chardev stdio,id=a -serial stdio', 'stdio-twice', /Only one thing/),
  row('-chardev pipe,id=a,path=@no/serial', 'file-missing', /\/no\/serial/),
  row('-qmp unix:@no/sock,server=on,wait=off', 'socket-missing', /\/no\/sock/),
  row('-chardev socket,id=a,path=@nosuch', 'socket-missing', /could not connect to the socket/),
  row(`-qmp unix:/tmp/${'x'.repeat(120)},server=on,wait=off`, 'socket-path', /107 bytes/),
  row('-qmp tcp:192.0.2.1:5,server=on,wait=off', 'address-not-here', /does not have/),
  row('-pidfile @no/pid', 'file-missing', /\/no\/pid/),
  row('-D @no/log -d int', 'file-missing', /\/no\/log/),
  row('-object rng-random,id=r,filename=@nosuch', 'file-missing', /nosuch/),
  row('-readconfig @nosuch', 'file-missing', /nosuch/),
  row('-virtfs local,path=@nosuch,mount_tag=x,security_model=none', 'folder-shared', /nosuch could not be shared/),
  row('-virtfs local,path=/tmp,mount_tag=x', 'folder-shared', /security_model/),
  row('-device virtio-9p-pci,fsdev=zz,mount_tag=x', 'folder-shared', /id zz/),
  row('-chardev null,id=c -device vhost-user-fs-pci,chardev=c,tag=x', 'folder-shared', /virtiofsd/),
  row('-tpmdev passthrough,id=t,path=@nosuch', 'tpm', /swtpm/),
  row('-tpmdev emulator,id=t,chardev=zz', 'tpm', /swtpm/),
  row('-device tpm-tis', 'tpm', /swtpm/),
  row('-plugin @nosuch', 'plugin', /plugin .*nosuch/),
  row('-incoming nosuch', 'incoming', /called nosuch/),
  row('-uuid nosuch', 'forbidden-with-slipway', /gives already/),
  row('-display nosuch', 'display-type', /no display called nosuch/),
  row('-display cocoa', 'display-type', /no display called cocoa/),
  row('-vga nosuch', 'display-vga', /called nosuch/),
  row('-vnc nosuch', 'display-vnc', /VNC/),
  row('-display vnc=127.0.0.1:99999', 'display-vnc', /VNC/),
  row('-audiodev nosuch,id=a', 'parameter-value', /driver does not accept/),
];

describe('what a real QEMU says is explained', () => {
  const used = new Set<string>();
  it.each(
    table.map(
      (entry) => [`${entry.binary} ${entry.args.join(' ').replaceAll(directory, '…')}`.slice(0, 120), entry] as const,
    ),
  )('%s', async (_, { binary = x64, args, rule, says }) => {
    const stderr = await stderrOf(
      binary,
      args.filter((arg) => arg !== ''),
    );
    const failure = explain(stderr)?.failure;
    expect(rule.split(' '), stderr).toContain(failure?.rule);
    expect([failure?.message, failure?.cause, failure?.hint].join(' ')).toMatch(says);
    expect(failure?.raw).toBe(stderr.trim());
    used.add(stderr.trim());
  });

  it('a network card that there is not: refused with a reason, or (QEMU 9 and newer) left out with a warning', () => {
    const args = ['-nodefaults', '-S', '-display', 'none', '-monitor', 'stdio', '-nic', 'user,model=nosuch'];
    const { status, stderr } = spawnSync(x64, args, { input: 'quit\n', encoding: 'utf8', timeout: deadlineMs });
    if (status === 0) expect(stderr).toMatch(/^qemu-system-x86_64: warning: requested NIC .*nosuch.* was not created/m);
    else expect(explain(stderr)?.failure).toMatchObject({ rule: 'device-nic' });
    // A warning stopped nothing, so it explains nothing.
    if (status === 0) expect(explain(stderr)).toBeNull();
  });

  it('more than sixty different messages', () => expect(used.size).toBeGreaterThanOrEqual(60));
});

describe('with the host in the way', () => {
  it('ports that are taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const said = async (...args: string[]) => explain(await stderrOf(x64, args));
    const gdb = await said('-gdb', `tcp:127.0.0.1:${port}`);
    const forward = await said('-netdev', `user,id=n0,hostfwd=tcp:127.0.0.1:${port}-:22`);
    const incoming = await said('-incoming', `tcp:127.0.0.1:${port}`);
    const chardev = await said('-chardev', `socket,id=a,host=127.0.0.1,port=${port},server=on,wait=off`);
    const listen = await said('-netdev', `socket,id=n0,listen=127.0.0.1:${port}`);
    server.close();
    const subject = { about: 'port', address: '127.0.0.1', port };
    expect(gdb).toMatchObject({ failure: { rule: 'port-busy', field: 'runtime.debug.gdb.port' }, subject });
    expect(forward).toMatchObject({ failure: { rule: 'port-forward', field: 'host.ports' }, subject });
    expect(incoming).toMatchObject({ failure: { rule: 'port-busy' }, subject });
    expect(chardev).toMatchObject({ failure: { rule: 'port-busy' }, subject });
    expect(listen).toMatchObject({ failure: { rule: 'port-busy' } });
  });

  it('a pid file that is held, and who ended the holder', async () => {
    const args = ['-nodefaults', '-S', '-display', 'none', '-pidfile', at('pid'), '-qmp', 'stdio'];
    const holder = spawn(x64, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    // Its greeting comes before it listens to signals; an answer comes after.
    let answers = '';
    const answered = new Promise<void>((resolve) => {
      holder.stdout.on('data', (piece) => {
        answers += String(piece);
        if (answers.includes('"return"')) resolve();
      });
    });
    holder.stdin.write('{"execute":"qmp_capabilities"}\n');
    await answered;
    expect(explain(await stderrOf(x64, ['-pidfile', at('pid')]))?.failure.rule).toBe('pid-file-locked');
    let said = '';
    holder.stderr.on('data', (piece) => {
      said += String(piece);
    });
    const closed = once(holder, 'close');
    holder.kill('SIGTERM');
    await closed;
    expect(explain(said, 'end')?.failure).toMatchObject({
      rule: 'ended-by-signal',
      message: expect.stringContaining(String(process.pid)),
    });
  });

  it('a library that is not there', async () => {
    const tool = findHostTool(['qemu-img'])?.path ?? '';
    const bytes = readFileSync(tool);
    const name = bytes.indexOf('libz.so.1\0', 0, 'latin1');
    expect(name).toBeGreaterThan(0);
    bytes.write('libz.so.9\0', name, 'latin1');
    copyFileSync(tool, at('qemu-img'));
    writeFileSync(at('qemu-img'), bytes);
    chmodSync(at('qemu-img'), 0o755);
    const { stderr } = await runTool(at('qemu-img'), ['--version'], { timeoutMs: deadlineMs });
    expect(explain(stderr)?.failure).toMatchObject({
      rule: 'library-missing',
      message: 'QEMU lacks the library libz.so.9.',
    });
  });

  it.skipIf(process.getuid?.() !== 0)('a device and a file that another user may not open [needs root]', async () => {
    const asNobody = (...args: string[]) =>
      runTool('setpriv', ['--reuid=65534', '--clear-groups', x64, '-nodefaults', '-S', '-display', 'none', ...args], {
        timeoutMs: deadlineMs,
      });
    chmodSync(directory, 0o755);
    writeFileSync(at('closed'), 'x'.repeat(4096), { mode: 0o600 });
    const file = await asNobody('-drive', `if=none,file=${at('closed')},format=raw`);
    expect(explain(file.stderr)).toMatchObject({
      failure: { rule: 'file-denied' },
      subject: { about: 'file', path: at('closed') },
    });
    const kvm = await asNobody('-accel', 'kvm');
    expect(['kvm-denied', 'kvm-absent', undefined]).toContain(explain(kvm.stderr)?.failure.rule);
  });
});

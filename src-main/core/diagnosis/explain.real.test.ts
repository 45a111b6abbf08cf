import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runTool } from '../process/run-tool.ts';
import { explain } from './explain.ts';

const directory = mkdtempSync(join(tmpdir(), 'explain-'));
const at = (name: string) => join(directory, name);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

writeFileSync(at('text'), 'x'.repeat(1000));
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
writeFileSync(at('multiboot64'), multibootElf64());
execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', at('disk.qcow2'), '1M']);
writeFileSync(at('base'), 'x'.repeat(1024));
execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', at('base'), '-F', 'raw', at('orphan.qcow2')]);
rmSync(at('base'));

async function stderrOf(...args: string[]): Promise<string> {
  const common = args.includes('-display') ? [] : ['-display', 'none'];
  const result = await runTool('qemu-system-x86_64', ['-nodefaults', '-S', '-m', '32', ...common, ...args], {
    timeoutMs: 20_000,
    cwd: directory,
  });
  expect(result.code).not.toBe(0);
  return result.stderr;
}

describe('what a real QEMU says is explained', () => {
  it.each<[string[], string, RegExp]>([
    [['-bogus'], 'invalid_input', /no option -bogus/],
    [['-kernel'], 'invalid_input', /-kernel needs a value/],
    [['-device', 'nosuch'], 'engine_unsuitable', /no device called nosuch/],
    [['-device', 'virtio-net-pci,bogus=1'], 'invalid_input', /no property called bogus/],
    [['-device', 'virtio-blk-pci,drive=zz'], 'invalid_input', /"zz"/],
    [['-device', 'isa-debug-exit,iobase=zz'], 'invalid_input', /iobase expects integer/],
    [['-machine', 'nosuch'], 'invalid_input', /no machine/],
    [['-cpu', 'nosuch'], 'invalid_input', /CPU model called nosuch/],
    [['-cpu', 'host', '-accel', 'tcg'], 'invalid_input', /needs hardware acceleration/],
    [['-accel', 'nosuch'], 'engine_unsuitable', /no accelerator called nosuch/],
    [['-accel', 'hvf'], 'engine_unsuitable', /no accelerator called hvf/],
    [['-smp', '999'], 'invalid_input', /at most 255 processors; 999/],
    [['-smp', '2,sockets=3'], 'invalid_input', /sockets, cores/],
    [['-m', '99999999'], 'memory_insufficient', /not enough memory/],
    [['-m', 'abc'], 'invalid_input', /expects a non-negative number/],
    [['-name', 'a,b'], 'invalid_input', /no parameter called b/],
    [['-drive', 'file=/nope/x.img,format=raw'], 'file_missing', /^\/nope\/x\.img does not exist/],
    [['-drive', 'file=/tmp,format=raw'], 'file_not_regular', /\/tmp is not a file/],
    [['-drive', `file=${at('text')},format=qcow2`], 'invalid_input', /not a qcow2 image/],
    [['-drive', `file=${at('text')},format=nosuch`], 'invalid_input', /no image format called nosuch/],
    [['-drive', `file=${at('text')},format=raw,bogus=1`], 'invalid_input', /no parameter called bogus/],
    [['-drive', 'file=a:b.img,format=raw'], 'invalid_input', /"a:"/],
    [['-drive', `file=${at('orphan.qcow2')},format=qcow2`], 'file_missing', /based on .*\/base/],
    [
      ['-drive', `file=${at('disk.qcow2')}`, '-drive', `file=${at('disk.qcow2')}`],
      'file_unreadable',
      /disk\.qcow2 is in use/,
    ],
    [['-drive', `if=pflash,format=raw,file=${at('text')}`], 'invalid_input', /has 1024 bytes|has 1000 bytes/],
    [['-kernel', '/nope'], 'file_missing', /kernel \/nope could not be loaded: no such file/],
    [['-kernel', '/tmp'], 'file_missing', /is a directory/],
    [['-kernel', at('text')], 'invalid_input', /none that QEMU can start/],
    [['-kernel', '/bin/ls'], 'invalid_input', /no PVH entry point/],
    [['-kernel', at('multiboot64')], 'invalid_input', /must be a 32-bit ELF/],
    [['-append', 'x'], 'invalid_input', /-append needs a kernel/],
    [['-initrd', at('text')], 'invalid_input', /-initrd needs a kernel/],
    [['-bios', '/nope'], 'file_unreadable', /firmware \/nope/],
    [['-bios', 'nosuch.bin'], 'engine_unsuitable', /firmware nosuch\.bin/],
    [['-device', 'virtio-net-pci,romfile=nosuch.rom'], 'engine_unsuitable', /option ROM nosuch\.rom/],
    [['-netdev', 'user,id=n0,hostfwd=bogus'], 'invalid_input', /bogus/],
    [['-netdev', 'nosuch,id=n0'], 'invalid_input', /type does not accept value 'nosuch'/],
    [['-chardev', 'null,id=a', '-chardev', 'null,id=a'], 'invalid_input', /id "a"/],
    [['-chardev', 'pipe,id=a,path=/nope/serial'], 'file_missing', /\/nope\/serial/],
    [['-qmp', 'unix:/nope/sock,server=on,wait=off'], 'file_missing', /\/nope\/sock/],
    [['-qmp', `unix:/tmp/${'x'.repeat(120)},server=on,wait=off`], 'invalid_input', /107 bytes/],
    [['-pidfile', '/nope/pid'], 'file_missing', /\/nope\/pid/],
    [['-D', '/nope/log'], 'file_missing', /\/nope\/log/],
    [['-display', 'nosuch'], 'engine_unsuitable', /no display called nosuch/],
  ])('%j', async (args, code, message) => {
    const failure = explain(await stderrOf(...args));
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(failure?.raw).toMatch(/qemu/);
  });

  it('ports that are taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const gdb = explain(await stderrOf('-gdb', `tcp:127.0.0.1:${port}`));
    const forward = explain(await stderrOf('-netdev', `user,id=n0,hostfwd=tcp:127.0.0.1:${port}-:22`));
    const incoming = explain(await stderrOf('-incoming', `tcp:127.0.0.1:${port}`));
    server.close();
    expect(gdb).toMatchObject({ code: 'port_busy', field: 'runtime.debug.gdb.port' });
    expect(forward).toMatchObject({ code: 'port_busy', field: 'host.ports' });
    expect(incoming).toMatchObject({ code: 'port_busy', message: expect.stringContaining('-incoming') });
  });

  it('a pid file that is held, and who ended the holder', async () => {
    const holder = spawn(
      'qemu-system-x86_64',
      ['-nodefaults', '-S', '-display', 'none', '-pidfile', at('pid'), '-qmp', 'stdio'],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    await once(holder.stdout, 'data');
    expect(explain(await stderrOf('-pidfile', at('pid')))).toMatchObject({
      code: 'launch_failed',
      message: expect.stringContaining('running already'),
    });
    let said = '';
    holder.stderr.on('data', (piece) => {
      said += String(piece);
    });
    const closed = once(holder, 'close');
    holder.kill('SIGTERM');
    await closed;
    expect(explain(said)).toMatchObject({
      code: 'engine_exited',
      message: expect.stringContaining(String(process.pid)),
    });
  });
});

// What is photographed: homes with real guests, and servers of the built page on them.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..', '..');
const cli = join(root, 'out', 'main', 'cli.js');

/** A home of its own. `close` ends its guests and removes it. */
export class Home {
  #path = mkdtempSync(join(tmpdir(), 'slipway-'));

  get env() {
    return { ...process.env, SLIPWAY_HOME: this.#path };
  }

  /** Whether the Linux guest was built before; building it takes minutes and the network. */
  takeLinuxGuest() {
    const built = join(process.env.SLIPWAY_TEST_CACHE ?? join(root, '.cache', 'test'), 'linux-guest');
    if (!existsSync(built)) return false;
    cpSync(built, join(this.#path, 'cache', 'linux-guest'), { recursive: true });
    return true;
  }

  /** Where somebody builds kernels: what a pasted script names. */
  get build() {
    const directory = join(this.#path, 'build');
    const guest = join(this.#path, 'cache', 'linux-guest');
    if (!existsSync(directory) && existsSync(guest)) {
      const [built] = readdirSync(guest);
      mkdirSync(directory);
      for (const [from, to] of [
        ['vmlinuz', 'bzImage'],
        ['initrd.gz', 'initrd.img'],
      ])
        cpSync(join(guest, built, from), join(directory, to));
      spawnSync('qemu-img', ['create', '-q', '-f', 'qcow2', join(directory, 'root.qcow2'), '1G']);
    }
    return directory;
  }

  /** Runs one command to its end; resolves to its exit code. */
  run(...args) {
    return new Promise((resolve) => {
      spawn(process.execPath, [cli, ...args], { env: this.env, stdio: 'ignore' }).once('exit', resolve);
    });
  }

  /** `ready` with this text in the serial output is the only way on: a picture of a half-booted guest is no use. */
  async boot(...args) {
    const code = await this.run('start', ...args);
    if (code !== 0) throw new Error(`start ${args.join(' ')} ended with ${code}`);
  }

  async serve() {
    const child = spawn(process.execPath, [cli, 'serve', '--port', '0', '--machine', 'json'], { env: this.env });
    child.stdout.setEncoding('utf8');
    const url = await new Promise((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
        if (text.includes('\n')) resolve(JSON.parse(text).url);
      });
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
    });
    let ended = false;
    const end = async () => {
      if (ended) return;
      ended = true;
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    };
    /** An address opens one tab, once; the first is nobody's. */
    const freshUrl = async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [cli, 'address', '--machine', 'json'], {
        env: this.env,
      });
      return JSON.parse(stdout).urls[0];
    };
    return { url, freshUrl, end };
  }

  async close() {
    await this.run('stop', '--all', '--now');
    rmSync(this.#path, { recursive: true, force: true, maxRetries: 5 });
  }
}

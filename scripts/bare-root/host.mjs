// What a bare root takes along from this machine: Node with npm, where apt and npm get their things and by which
// proxies and certificates. Nothing else: what else a program finds there, set-up has installed.

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath, run, Stop } from '../checkout.mjs';

const debian = { archive: 'http://deb.debian.org/debian', security: 'http://deb.debian.org/debian-security' };

/** The settings of npm that say how to reach a registry. npm adds many more to the environment of what it runs. */
const npmSettings = [
  ...['registry', 'cafile', 'strict_ssl', 'proxy', 'https_proxy', 'http_proxy', 'noproxy', 'electron_mirror'],
  ...['fetch_retries', 'fetch_timeout', 'maxsockets'],
];
const carried = new RegExp(
  `^(${['https?_proxy', 'no_proxy', 'all_proxy', 'ELECTRON_(MIRROR|CUSTOM_DIR|GET_USE_PROXY)', 'SLIPWAY_ELECTRON_COPY'].join('|')}|CI|TERM|npm_config_(${npmSettings.join('|')}))$`,
  'i',
);

/** URIs of the host's Debian mirrors, from both styles of apt's sources; Debian's own where the host has none. */
export function mirrorsIn(sources) {
  const uris = sources
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => /^\s*(?:deb\s+(?:\[[^\]]*\]\s+)?|URIs:\s*)(\S+)/.exec(line)?.slice(1) ?? [])
    .map((uri) => uri.replace(/\/+$/, ''));
  return {
    archive: uris.find((uri) => /\/debian$/.test(uri)) ?? debian.archive,
    security: uris.find((uri) => /\/debian-security$/.test(uri)) ?? debian.security,
  };
}

export function hostMirrors() {
  return mirrorsIn(['/etc/apt/sources.list', ...filesIn('/etc/apt/sources.list.d')].map(readOrNothing));
}

export function sourcesList(suite, { archive, security }) {
  const suites =
    suite === 'sid'
      ? [[archive, 'sid']]
      : [
          [archive, suite],
          [archive, `${suite}-updates`],
          [security, `${suite}-security`],
        ];
  return suites.map(([uri, name]) => `deb ${uri} ${name} main\n`).join('');
}

/** apt's settings about fetching (proxies, dates, which indexes), never those that run something. */
export function isAboutFetching(configuration) {
  const statements = configuration
    .split('\n')
    .map((line) => line.replace(/^\s*(\/\/|#).*/, '').trim())
    .filter(Boolean);
  return statements.length > 0 && statements.every((line) => /^Acquire::[\w:-]+\s+"[^"]*";$/.test(line));
}

/** Variables of the environment whose value is a file of certificates, with that file. */
export function certificateVariables(environment = process.env) {
  return Object.entries(environment).filter(
    ([, value]) =>
      value?.startsWith('/') && /\.(crt|pem|cer)$/.test(value) && readOrNothing(value).includes('BEGIN CERTIFICATE'),
  );
}

/** The environment of everything that runs inside. */
export function environmentInside({ home, user }) {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home,
    USER: user,
    LOGNAME: user,
    LANG: 'C.UTF-8',
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => carried.test(name))),
    ...Object.fromEntries(certificateVariables().map(([name, path]) => [name, certificatesInside(path)])),
    ...(npmCertificates() === undefined ? {} : { npm_config_cafile: certificatesInside(npmCertificates()) }),
  };
}

const systemCertificates = '/etc/ssl/certs/ca-certificates.crt';

/** The file of certificates that npm was told to trust, wherever it was told so. */
function npmCertificates() {
  const path = askNpm('cafile');
  return path.startsWith('/') && existsSync(path) ? path : undefined;
}

const answers = new Map();

export function askNpm(name) {
  if (!answers.has(name)) {
    const { stdout } = spawnSync('npm', ['config', 'get', name], { encoding: 'utf8' });
    answers.set(name, stdout?.trim() ?? '');
  }
  return answers.get(name);
}

/** Beside where Debian keeps them: its package of certificates writes that file anew when it is installed. */
function certificatesInside(path) {
  return join('/etc/host-certificates', path.replaceAll('/', '-').slice(1));
}

/** Puts everything into the root at `root` (a directory of this machine). */
export async function furnish(root, { suite, debianNode = false }) {
  const write = (path, text) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const copy = (from, to = from) => {
    if (existsSync(from)) write(to, readFileSync(from));
  };
  write('etc/apt/sources.list', sourcesList(suite, hostMirrors()));
  for (const path of ['/etc/apt/apt.conf', ...filesIn('/etc/apt/apt.conf.d')])
    if (isAboutFetching(readOrNothing(path))) copy(path);
  // Nothing here has to survive a power cut.
  write('etc/dpkg/dpkg.cfg.d/unsafe-io', 'force-unsafe-io\n');
  for (const path of ['/etc/resolv.conf', '/etc/hosts']) copy(path);
  const named = certificateVariables().map(([, path]) => path);
  for (const path of new Set([systemCertificates, ...named, npmCertificates()].filter(Boolean))) {
    copy(path, certificatesInside(path));
    copy(path);
  }
  copy(askNpm('userconfig'), 'root/.npmrc');
  copy(askNpm('userconfig'), 'etc/skel/.npmrc');
  copy(askNpm('globalconfig'), 'usr/local/etc/npmrc');
  if (!debianNode) await copyNode(root);
}

/** This Node and the npm that belongs to it, as if somebody had unpacked Node's own archive into /usr/local. */
async function copyNode(root) {
  const libraries = (await run('ldd', [process.execPath], { output: 'capture' })).text;
  const own = /lib(node|uv|ssl|crypto|icu\w*|nghttp2|cares)\.so\S*/.exec(libraries)?.[0];
  if (own) throw new Stop(`This Node (${process.execPath}) needs ${own} of this system and cannot be taken along.`);
  const npm = realpathSync(findOnPath('npm') ?? '/nowhere');
  const npmDirectory = dirname(dirname(npm));
  if (!existsSync(join(npmDirectory, 'bin', 'npm-cli.js'))) throw new Stop(`${npm} is not an npm that can be copied.`);
  const local = join(root, 'usr', 'local');
  mkdirSync(join(local, 'bin'), { recursive: true });
  copyFileSync(process.execPath, join(local, 'bin', 'node'));
  cpSync(npmDirectory, join(local, 'lib', 'node_modules', 'npm'), { recursive: true, verbatimSymlinks: true });
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name));
}

function filesIn(directory) {
  return existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : [];
}

function readOrNothing(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

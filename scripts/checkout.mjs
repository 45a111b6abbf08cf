// What every script here needs to know about the checkout it stands in: where it is, where it may keep notes,
// and how to run one thing at a time. Node only: these scripts run before `npm ci` has.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const root = dirname(import.meta.dirname);

/** Notes about this checkout that may be thrown away at any time (git ignores it). */
export const notesDirectory = join(root, '.cache');

/** Large downloads shared by all checkouts of this user. */
export function sharedCacheDirectory() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipway');
}

/** A failure whose message is already all the reader needs: printed without a stack. */
export class Stop extends Error {}

/** Runs a script's main function; a `Stop` becomes its message and exit code 1. */
export async function runScript(main) {
  try {
    const code = await main(process.argv.slice(2));
    if (typeof code === 'number') process.exitCode = code;
  } catch (error) {
    console.error(error instanceof Stop ? error.message : error);
    process.exitCode = 1;
  }
}

/** True when this module is the one `node` was started with. */
export function isEntry(meta) {
  return process.argv[1] === meta.filename;
}

export function isRoot() {
  return process.getuid?.() === 0;
}

export function findOnPath(program) {
  // Daemons and admin tools live in sbin, which is not on a normal user's PATH.
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return directories
    .filter(Boolean)
    .map((directory) => join(directory, program))
    .find(existsSync);
}

export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Readers see the old text or the new one, never half of it. */
export function writeAtomically(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/**
 * Runs a program to its end.
 * `output: 'inherit'` shows everything, `'stderr'` shows it on stderr (for commands whose stdout is somebody's data),
 * `'capture'` keeps it in the result.
 */
export function run(command, args, { output = 'inherit', cwd = root, env, timeoutMs } = {}) {
  const stdout = { inherit: 'inherit', stderr: 2, capture: 'pipe' }[output];
  const stderr = { inherit: 'inherit', stderr: 2, capture: 'pipe' }[output];
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', stdout, stderr],
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    });
    const captured = [];
    child.stdout?.on('data', (data) => captured.push(data));
    child.stderr?.on('data', (data) => captured.push(data));
    child.on('error', (error) => resolve({ code: 127, text: error.message }));
    child.on('close', (code, signal) => {
      resolve({ code: code ?? 1, signal, text: Buffer.concat(captured).toString('utf8') });
    });
  });
}

/** Every file below the given files and folders, as {path, mtimeMs, size}; paths relative to the checkout, sorted. */
export function listFiles(paths, keep = () => true) {
  const found = [];
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(path)) if (name !== 'node_modules') visit(join(path, name));
    } else if (keep(path)) {
      found.push({ path: relative(root, path), mtimeMs: stat.mtimeMs, size: stat.size });
    }
  };
  for (const path of paths) visit(join(root, path));
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * One holder at a time across processes. A directory is the lock because mkdir is atomic on every file system;
 * a holder that died is recognised by its process id, so a killed script never blocks the next one.
 */
export async function withLock(directory, action) {
  mkdirSync(dirname(directory), { recursive: true });
  while (!tryLock(directory)) await sleep(100);
  try {
    return await action();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function tryLock(directory) {
  try {
    mkdirSync(directory);
    writeFileSync(join(directory, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (isAbandoned(directory)) {
    // Renamed before it is removed: of two who find it abandoned, only one succeeds, and neither removes a fresh lock.
    const grave = `${directory}.${process.pid}.abandoned`;
    try {
      renameSync(directory, grave);
      rmSync(grave, { recursive: true, force: true });
    } catch {}
  }
  return false;
}

function isAbandoned(directory) {
  let holder;
  try {
    holder = Number(readFileSync(join(directory, 'pid'), 'utf8'));
  } catch {
    // Between its mkdir and its pid file a healthy holder has none; give it two seconds.
    const made = statSync(directory, { throwIfNoEntry: false })?.mtimeMs;
    return made !== undefined && Date.now() - made > 2000;
  }
  try {
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

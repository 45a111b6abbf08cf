/**
 * Where a QMP server is, and what can be said of it before a word of QMP was spoken. What a failed connect means decides
 * what Slipway believes of a guest, so each errno is told apart here and nowhere else.
 */
import { connect, type Socket } from 'node:net';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { isErrno } from '../kit/errno.ts';
import { withSocketPath } from '../process/socket-path.ts';

/** A socket by its folder, which may be any length, or by a path of at most 107 bytes. */
export type QmpTarget = { readonly directory: string; readonly name: string } | { readonly path: string };

/**
 * `absent`: no socket; QEMU removes it when it ends in good order. `refused`: a socket that nobody listens on, which a
 * killed QEMU leaves behind. `silent`: somebody listens and does not greet; QEMU serves one client at a time, so another
 * one is being served, or QEMU hangs. `greeted`: it is ours.
 */
export type QmpEndpointState = 'absent' | 'refused' | 'silent' | 'greeted';

export type QmpDial =
  | { readonly state: 'connected'; readonly socket: Socket }
  | { readonly state: 'absent' | 'refused' | 'silent'; readonly reason: string };

export function describeTarget(target: QmpTarget): string {
  return 'path' in target ? target.path : `${target.directory}/${target.name}`;
}

/**
 * Connects, no more. The socket is paused, so that nothing is lost before someone listens.
 *
 * @throws SlipwayError `qmp_unavailable` when the host does not let us connect at all (EACCES, EMFILE, …).
 */
export async function dialQmp(target: QmpTarget): Promise<QmpDial> {
  try {
    const socket =
      'path' in target ? await dial(target.path) : await withSocketPath(target.directory, target.name, dial);
    return { state: 'connected', socket };
  } catch (error) {
    if (error instanceof SlipwayError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return { state: 'absent', reason };
    if (isErrno(error, 'ECONNREFUSED')) return { state: 'refused', reason };
    // The queue of waiting clients is full (QEMU's is two long): a connect to a UNIX socket does not wait, it says so.
    if (isErrno(error, 'EAGAIN')) return { state: 'silent', reason };
    throw new SlipwayError('qmp_unavailable', 'The connection to QEMU could not be opened.', {
      cause: describeTarget(target),
      raw: reason,
    });
  }
}

function dial(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.pause();
    // Stays on: whoever takes the socket over does so a few turns later, and an error nobody hears ends the process.
    socket.on('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

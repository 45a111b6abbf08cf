/** The rows of a form's lists: disks, ports and checks. */
import type { PortMapping } from '../../../src-shared/model/ports.ts';
import type { DiskAccess, Draft, FileReference } from '../../../src-shared/model/spec.ts';

type DraftDisk = Extract<Draft['guest'], { kind: 'disk' }>['disks'][number];

export interface DiskForm {
  readonly key: number;
  readonly file: FileReference | null;
  readonly format: DraftDisk['format'];
  readonly media: DraftDisk['media'];
  readonly access: DiskAccess;
  readonly interface: DraftDisk['interface'];
  /** Empty: the next free one. */
  readonly place: string;
  /** Empty: the engine's choice. */
  readonly serial: string;
}

export interface PortForm {
  readonly key: number;
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
  readonly guest: string;
  /** Empty: a free port is chosen at launch. */
  readonly host: string;
  readonly bind: string;
}

export interface CheckForm {
  readonly key: number;
  readonly kind: 'serial' | 'banner' | 'command';
  readonly text: string;
}

let keys = 0;
/** Rows are told apart by a key of their own, so that removing one does not move what was typed into another. */
export const nextKey = (): number => ++keys;

export const newDisk = (file: FileReference | null = null): DiskForm => ({
  key: nextKey(),
  file,
  format: 'auto',
  media: file !== null && /\.iso$/i.test(file.shown) ? 'cdrom' : 'disk',
  access: file !== null && /\.iso$/i.test(file.shown) ? 'read-only' : 'overlay',
  interface: file !== null && /\.iso$/i.test(file.shown) ? 'ide' : 'virtio',
  place: '',
  serial: '',
});

export const diskRow = ({ place, serial, ...disk }: DraftDisk): DiskForm => ({
  ...disk,
  key: nextKey(),
  place: place === null ? '' : String(place),
  serial: serial ?? '',
});

export const newPort = (name = '', guest = ''): PortForm => ({
  key: nextKey(),
  name,
  protocol: 'tcp',
  guest,
  host: '',
  bind: '127.0.0.1',
});

export const portRow = ({ guest, host, ...port }: PortMapping): PortForm => ({
  ...port,
  key: nextKey(),
  guest: String(guest),
  host: host === null ? '' : String(host),
});

export const newCheck = (): CheckForm => ({ key: nextKey(), kind: 'serial', text: '' });

/**
 * What commands of QEMU's monitors can do beyond the guest, as one table, in the spellings of HMP and of QMP. Pure.
 *
 * Fails closed: a command in no list here is asked about, because the next QEMU has commands that this table has not.
 */

export type ControlClass = 'files' | 'door' | 'data' | 'control' | 'unknown';

export interface ControlPower {
  readonly class: ControlClass;
  /** The command by its name; a decision on an unknown one is on that one only. */
  readonly command: string;
}

const list = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Hyphens and underscores are the same here: HMP and QMP differ in little else. */
const marked: Readonly<Record<Exclude<ControlClass, 'unknown'>, readonly string[]>> = {
  // Reads or writes files with QEMU's rights, uses devices of the host, or can start a program.
  files: list(`
    screendump pmemsave memsave dump_guest_memory dump_skeys dumpdtb wavcapture logfile trace_file
    drive_add drive_mirror drive_backup blockdev_add blockdev_create blockdev_mirror blockdev_backup blockdev_reopen
    blockdev_snapshot_sync snapshot_blkdev change blockdev_change_medium change_backing_file x_blockdev_amend
    chardev_add chardev_change object_add device_add netdev_add migrate xen_save_devices_state xen_load_devices_state
    qom_set add_fd getfd add_client set_numa_node
  `),
  // Lets others reach the guest, its disks or QEMU itself.
  door: list(`
    hostfwd_add gdbserver nbd_server_start nbd_server_add block_export_add migrate_incoming migrate_recover
    set_password expire_password change_vnc_password display_update display_reload client_migrate_info
    x_colo_lost_heartbeat
  `),
  // Writes to disks of the guest from outside, or throws the present state away.
  data: list(`
    qemu_io commit block_commit block_stream block_resize eject drive_del savevm loadvm delvm
    snapshot_save snapshot_load snapshot_delete snapshot_blkdev_internal snapshot_delete_blkdev_internal
    blockdev_snapshot blockdev_snapshot_internal_sync blockdev_snapshot_delete_internal_sync blockdev_del
    blockdev_open_tray blockdev_remove_medium blockdev_insert_medium x_blockdev_change transaction
    block_dirty_bitmap_add block_dirty_bitmap_remove block_dirty_bitmap_clear block_dirty_bitmap_merge
  `),
  // Takes away what Slipway sees or holds the guest by.
  control: list('chardev_remove netdev_del object_del exit_preconfig x_exit_preconfig yank remove_fd closefd'),
};

/** Looks, or does what the guest's own keyboard, power button and hardware do. */
const plain: ReadonlySet<string> = new Set(
  list(`
    help ? info quit q stop s cont c cpu system_reset system_powerdown system_wakeup nmi inject_nmi
    print p x xp i o sum gpa2hpa gpa2hva gva2gpa sendkey send_key input_send_event mouse_move mouse_button mouse_set
    boot_set set_link balloon announce_self sync_profile singlestep one_insn_per_tb log trace_event
    trace_event_get_state trace_event_set_state stopcapture watchdog_action watchdog_set_action set_action mce
    pcie_aer_inject_error chardev_send_break ringbuf_read ringbuf_write device_del hostfwd_remove nbd_server_remove
    nbd_server_stop block_export_del block_set_io_throttle block_latency_histogram_set block_set_write_threshold
    block_job_cancel block_job_complete block_job_pause block_job_resume block_job_set_speed block_job_dismiss
    block_job_finalize job_cancel job_complete job_dismiss job_finalize job_pause job_resume blockdev_close_tray
    block_dirty_bitmap_enable block_dirty_bitmap_disable x_debug_block_dirty_bitmap_sha256 x_debug_query_block_graph
    migrate_cancel migrate_continue migrate_pause migrate_start_postcopy migrate_set_capability
    migrate_set_capabilities migrate_set_parameter migrate_set_parameters calc_dirty_rate set_vcpu_dirty_limit
    cancel_vcpu_dirty_limit replay_break replay_delete_break replay_seek qom_list qom_get qom_list_types
    qom_list_properties device_list_properties qmp_capabilities rtc_reset_reinjection
  `),
);

const classOf: ReadonlyMap<string, ControlClass> = new Map(
  (Object.keys(marked) as (keyof typeof marked)[]).flatMap((one) => marked[one].map((name) => [name, one] as const)),
);

/** Devices that are emulated and nothing else; what they are given is judged by its own. */
const plainDevice =
  /^(virtio-(rng|balloon|keyboard|mouse|tablet|multitouch|gpu|vga|net)(-pci|-device)?|VGA|usb-(kbd|mouse|tablet|hub|net)|(nec-usb|qemu)-xhci|piix3-usb-uhci|usb-ehci|edu|pci-testdev|pvpanic(-pci)?|e1000e?|rtl8139|igb|pcie-root-port|pcie-pci-bridge|pci-bridge|i6300esb|vmcoreinfo)$/;
const plainObject = /^(iothread|rng-builtin|throttle-group|memory-backend-ram|cryptodev-backend-builtin)$/;
const plainProperty =
  /^(id|bus|addr|mac|netdev|port|chassis|slot|multifunction|qom-type|size|max-[\w-]+|poll-[\w-]+|rng)$/;

/** Null: nothing but the guest is touched. `args`: what follows the name, as typed. */
export function powerOfHmp(line: string): ControlPower | null {
  // As QEMU reads it: a name ends at a blank or at a slash (`x/8i`).
  const [, command = '', args = ''] = /^[ \t\n\v\f\r]*([^ \t\n\v\f\r/]*)(.*)$/s.exec(line) ?? [];
  if (command === '') return args.trim() === '' ? null : { class: 'unknown', command: line.trim() };
  const name = nameOf(command);
  const text = args.trim();
  if (name === 'hostfwd_add' && isLoopbackForward(text)) return null;
  if (name === 'gdbserver' && text === 'none') return null;
  if (name === 'device_add' && isPlainText(text, 'driver', plainDevice)) return null;
  if (name === 'object_add' && isPlainText(text, 'qom-type', plainObject)) return null;
  return powerOf(name, command);
}

/** Null: nothing but the guest is touched. A monitor command within is judged as one. */
export function powerOfQmp(command: string, args: Readonly<Record<string, unknown>>): ControlPower | null {
  const name = nameOf(command);
  if (name === 'human_monitor_command') {
    const line = args['command-line'];
    return typeof line === 'string' ? powerOfHmp(line) : null;
  }
  if (name === 'device_add' && isPlainRecord(args, 'driver', plainDevice)) return null;
  if (name === 'object_add' && isPlainRecord(args, 'qom-type', plainObject)) return null;
  // Questions change nothing, whatever the next QEMU can be asked.
  if (/^(x_)?query_/.test(name)) return null;
  return powerOf(name, command);
}

function powerOf(name: string, command: string): ControlPower | null {
  if (plain.has(name)) return null;
  return { class: classOf.get(name) ?? 'unknown', command };
}

function nameOf(command: string): string {
  return command.replaceAll('-', '_');
}

/** As in the form: a port of this computer's own is nobody else's. */
function isLoopbackForward(text: string): boolean {
  const rule = text.split(/[ \t\n\v\f\r]+/).at(-1) ?? '';
  return /^(tcp|udp)?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}:\d+-[\d.]*:\d+$/.test(rule);
}

/** `virtio-rng-pci,id=x`: a comma within a value is doubled, and no plain value has one. */
function isPlainText(text: string, first: string, plainName: RegExp): boolean {
  const [name = '', ...properties] = text.split(',');
  return (
    plainName.test(name.replace(`${first}=`, '')) &&
    properties.every((one) => /^[\w-]+=[\w.:-]*$/.test(one) && plainProperty.test(one.slice(0, one.indexOf('='))))
  );
}

function isPlainRecord(args: Readonly<Record<string, unknown>>, first: string, plainName: RegExp): boolean {
  const name = args[first];
  return (
    typeof name === 'string' &&
    plainName.test(name) &&
    Object.keys(args).every((key) => key === first || plainProperty.test(key))
  );
}

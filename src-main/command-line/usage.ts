/** The words of the command line: one place for what there is and what each option means. */
import { startUsage } from './start-usage.ts';

export class UsageError extends Error {}

export const usage = `slipway: boot images in QEMU, watch them and talk to them

  slipway start --demo | --linux | --kernel FILE | --disk FILE | --firmware FILE   make an instance and boot it
  slipway start PRODUCT_BUNDLE             the same for Fuchsia, with the flags of ffx emu start
  slipway start NAME                       boot an instance again
  slipway stop NAME | --all                ask the guest, then QEMU, then the kernel
  slipway restart NAME                     stop, stage what changed, boot
  slipway fix NAME [NUMBER]                what can be done about its failure; do it
  slipway reset NAME                       press the reset button
  slipway pause NAME, slipway resume NAME
  slipway list                             every instance and its state
  slipway show NAME                        everything known about one
  slipway console NAME                     a terminal on it; Ctrl-] leaves
  slipway screenshot NAME -o PATH          what its display shows
  slipway port add|remove|list|check       port mappings, also of a guest that runs
  slipway logs NAME                        the serial output of a boot, from its first byte
  slipway duplicate NAME OTHER             another of the same Spec
  slipway rename NAME OTHER, slipway label NAME --group GROUP --notes TEXT
  slipway delete NAME                      move it to the trash
  slipway restore TRASH                    take it out again
  slipway doctor                           what this host offers to guests, and how to repair it
  slipway support-bundle [NAME]            one file with everything that helps others to help
  slipway import [FILE]                    a QEMU command line or run script becomes an instance
  slipway export NAME                      an instance becomes a script that boots it without Slipway
  slipway template list                    instances kept as templates; save, use, show, delete, export, import
  slipway serve                            the window as a web page on loopback
  slipway address                          a fresh address of that page, for another tab or browser

NAME is an instance's name or id; stop, show, console and screenshot find the only one by themselves.
Guests run on when slipway ends, however it ends.
Every command takes  --machine json  (stdout is JSON only)  and  --help.
SLIPWAY_HOME moves everything Slipway writes; SLIPWAY_FFX_INSTANCES says where ffx keeps its instances.
Exit codes: 0 done, 1 failed or timed out, 2 usage.
`;

/** ffx's rule. */
const obviousName = 'Without a NAME: the only one that runs, or, where none runs, the only one there is.';

export const commandUsage: Readonly<Record<string, string>> = {
  start: startUsage,
  stop: `slipway stop [NAME | --all] [--now] [--delete]

Asks the guest to power off, then QEMU to quit, then the kernel to end it. Stopping what is stopped is no failure.
Everything is kept. ${obviousName}

  --all           everything that runs; with --delete everything there is, also what is broken
  --now           do not wait for the guest: tell QEMU to quit at once
  --delete        move it to the trash, as ffx emu stop deletes; it can be taken out again: slipway restore
  -p, --persist   ffx's word for keeping it, which is what happens anyway

With --machine json: the instance (see: slipway list --help) beside {"ok":{"messages":[...]}}; with --all it is
{"ok":{...},"instances":[...]}.
`,
  fix: `slipway fix NAME [NUMBER]

  Lists what can be done about the failure of an instance. With a NUMBER it is done: what was asked for is
  changed, or what is in the way is stopped, and the instance is launched again.
`,
  restart: `slipway restart NAME [--timeout SECONDS]

Stops it, stages what changed, boots it, and returns when it is ready (--timeout 0: when it runs).
`,
  reset: 'slipway reset NAME\n\nPresses the reset button: same process, same images.\n',
  pause: 'slipway pause NAME\n\nThe virtual CPUs stand still until: slipway resume NAME\n',
  resume: 'slipway resume NAME\n',
  list: `slipway list [--only-running]

One line per instance: state, name, guest, forwarded ports.

With --machine json an array with an object for each: id, name, state (the word in brackets), engine_state (ffx's word:
new, configured, staged, running or error), phase, guest, origin (ffx: started by ffx emu), pid, ports and more.
`,
  show: `slipway show [NAME] [--cmd] [--config] [--device] [--net] [--instance] [--raw] [--all]

State, conditions, ports, endpoints, timeline, QEMU command, boots. ${obviousName}
With options, the sections of ffx emu show, and with --machine json its array: [{"Cmd":{...}},{"Net":{...}}].

  --cmd        program, arguments, environment     --config     flags of the template
  --device     the virtual device                  --net        mode, MAC address, ports
  --instance   engine, state, process, directory   --raw        the whole configuration
  --all        all of these but --raw
`,
  screenshot: `slipway screenshot [NAME] -o PATH

A picture of the first display, as PNG. Missing directories of PATH are made. ${obviousName}
With --machine json: {"path": PATH}
`,
  console: `slipway console [NAME] [--serial | --command | --machine | --log] [--line N] [--boot N] [--raw]

Everything you type goes to the guest, Ctrl-C too. Ctrl-] leaves; the guest runs on. ~B at the beginning of a line is a
break on the serial line, as in ssh; ~~ is one ~. ${obviousName}

  -s, --serial                the serial line (default)
  -c, --command, --monitor    QEMU's monitor
  -m, --machine, --qmp        QMP, on a socket of its own ("--machine json" behind it is still the output format)
  --console-type serial|command|machine   the same in one option
  --log       what QEMU itself said
  --line N    another serial line, where the machine has several; the first is 1
  --boot N    an old boot, to look at
  --raw       all bytes of the guest, also those that change this terminal: clipboard, title, palette, queries

When what you type comes from a pipe (printf 'uptime\\r' | slipway console demo), all of it is sent; at its end
output is shown until the guest was quiet for a second, or ended. Up to 1 MiB can wait for a guest that does not read.
When the output goes to a pipe it begins with what comes next; what was before is in: slipway logs NAME
`,
  logs: `slipway logs NAME [--engine | --line N] [--boot N] [--follow] [--raw]

The serial output of a boot, from its first byte: as it is in a pipe or a file, with its controls made visible in a
terminal.

  --engine       what QEMU itself said instead
  --raw          as it is in a terminal, too
  --line N       another serial line, where the machine has several; the first is 1
  --boot N       of an older boot; slipway show lists them (default: the current or last one)
  -f, --follow   go on until the boot is over
`,
  rename: `slipway rename NAME OTHER

Whatever it is doing. Its id, and with it every path, stays as it is; so does the name a running QEMU was given.
`,
  label: `slipway label NAME [--name OTHER] [--group GROUP] [--notes TEXT]

What it is called and filed under, and what you want to remember of it. What is not said stays; an empty text takes it
away. Without options it prints what there is.
`,
  duplicate: `slipway duplicate NAME OTHER

Writes the Spec of NAME under another name; nothing is launched, and images are staged anew when it is. Disks with direct
access and fixed ports are the same for both, which is said.
`,
  delete: `slipway delete NAME [--yes]

Lists what goes, asks, and moves it to the trash. It can be taken out again with: slipway restore

  -y, --yes   do not ask
`,
  restore: 'slipway restore TRASH\n\nTRASH is what slipway delete printed.\n',
  doctor: `slipway doctor

Examines acceleration, emulators, firmware, tools, networking, disk and limits, and says what to type where something is
missing. Changes nothing. Exit code 1 when something keeps guests from running.

With --machine json: {"examinedAt", "verdict": {"state", "text"}, "sections": [{"id", "title", "checks": [...]}]}
`,
  'support-bundle': `slipway support-bundle [NAME] [-o PATH] [--serial]

A zip with the doctor's report and versions, and of NAME its Spec, command, timeline and the ends of its logs. Names,
directories, notes and what stands where secrets stand are taken out. Look through it before you give it away.

  -o, --output PATH   where to (default: slipway-support-….zip here); a file that is there is not replaced
  --serial            also what the guest printed, which can hold anything
`,
  port: `slipway port list [NAME] [--probe]
slipway port add [NAME] PORT:GUEST[:[ADDRESS:]HOST][/udp]
slipway port remove [NAME] PORT
slipway port check PORT:GUEST:[ADDRESS:]HOST[/udp] ...

The port mappings of an instance. On a running guest a change takes effect at once; either way it is kept for the next
launch. HOST is chosen when it is not given; ADDRESS is 127.0.0.1 unless you expose the port with another one.
${obviousName}

  list --probe   connects once to each and says what answers: a banner, nobody, nothing
  check          tries whether host ports can be had now, and says who has them: exit code 1 when one cannot
`,
  import: `slipway import [FILE | -] [--name NAME] [--start] [--dry-run] [--set VAR=value] [--yes]

Reads a qemu-system-* command line or a shell script that runs one, and makes an instance of it. Nothing in it is run.
What has a field becomes one; the rest stays word for word as extra arguments; each is told. Relative paths start here.
Also read: a JSON array of arguments, a line of ps, /proc/PID/cmdline.

  --name NAME     what the instance is called (default: after -name or what it boots)
  --start         boot it at once
  --dry-run       only say what became of each argument
  --set VAR=value a variable that the script uses and does not set; may be given more than once
  --yes           allow what it asks for beyond the guest (arguments of its own, programs, open ports), which is listed

With --machine json: the instance, with the reading under "import"; with --dry-run the reading and its draft.
`,
  export: `slipway export NAME [-o FILE]

A POSIX shell script that boots the same guest with QEMU alone, on stdout or into FILE.
The serial line is the terminal; disks with an overlay get one in a temporary directory (WORK=DIRECTORY keeps it).
`,
  template: `slipway template list
slipway template save NAME [--as TEMPLATE] [--about TEXT] [--replace]
slipway template use TEMPLATE [--name NAME] [--start] [--yes]
slipway template show TEMPLATE
slipway template delete TEMPLATE
slipway template export TEMPLATE [-o FILE]
slipway template import FILE | - [--replace]

A template is what an instance was asked to be, kept under a name of its own. As a file it can be given away; files it
names in your home directory are looked for in the other person's.
`,
  serve: `slipway serve [--port N] [--allow-power]

Serves until it is stopped; guests run on. The address opens one tab, once: what a browser keeps of it is worth nothing.
"slipway address" prints a fresh one.

  --port N        default 0: a free one
  --allow-power   allow from the page what the window would confirm natively
`,
  address: `slipway address

Prints a fresh address of every page that is served from this home. Each opens one tab, once; a tab that is open stays
open, also when it is loaded again.
`,
};

/** What people who come from ffx, virsh, docker or ip type. */
export const wordsOfOthers: Readonly<Record<string, string>> = {
  ls: 'list',
  ps: 'list',
  run: 'start',
  boot: 'start',
  create: 'start',
  launch: 'start',
  kill: 'stop',
  destroy: 'stop',
  shutdown: 'stop',
  poweroff: 'stop',
  reboot: 'restart',
  unpause: 'resume',
  continue: 'resume',
  suspend: 'pause',
  attach: 'console',
  log: 'logs',
  status: 'show',
  info: 'show',
  inspect: 'show',
  rm: 'delete',
  remove: 'delete',
  undelete: 'restore',
  mv: 'rename',
  cp: 'duplicate',
  copy: 'duplicate',
  clone: 'duplicate',
  tag: 'label',
  group: 'label',
  forward: 'port add',
  ports: 'port list',
  ui: 'serve',
  web: 'serve',
  check: 'doctor',
  support: 'support-bundle',
  bundle: 'support-bundle',
  diagnose: 'doctor',
};

/** Every number that crosses a boundary, each with its reason. Units are in the names. */
export const limits = {
  /** Shown in lists and used in QEMU's `-name`; long enough for a branch name, short enough for a row. */
  instanceNameLength: 100,
  groupNameLength: 100,
  notesLength: 10_000,
  /** QEMU's own ceiling per binary is probed; this one only stops nonsense. */
  memoryMiB: { min: 4, max: 4 * 1024 * 1024 },
  processors: { min: 1, max: 512 },
  disks: 16,
  portMappings: 64,
  /** A kernel command line longer than this is refused by Linux (COMMAND_LINE_SIZE is 2048 on x86, 4096 elsewhere). */
  kernelCommandLineBytes: 4096,
  extraArgumentsLength: 16 * 1024,
  /** One JSON message of the session protocol. The largest legitimate one is a directory listing. */
  messageBytes: 4 * 1024 * 1024,
  /** Keystrokes and pastes per frame; larger pastes are cut into frames by the sender. */
  inputFrameBytes: 64 * 1024,
  /** Keyboard bytes waiting for a guest that does not read; beyond it input is refused, not the guest stalled. */
  keyboardQueueBytes: 1024 * 1024,
  /** What a pipe has typed and is not handed over yet; several of them fit into the queue. */
  typedAheadBytes: 128 * 1024,
  /** Console bytes are sent when this many are waiting … */
  consoleFrameBytes: 32 * 1024,
  /** … or this long after the first of them: about half a display frame. */
  consoleFrameMs: 8,
  /** Bytes sent to a viewer and not yet acknowledged by its terminal's parser. */
  viewerWindowBytes: 256 * 1024,
  /** A viewer that is this far behind gets a snapshot instead of the bytes it missed. */
  viewerLagBytes: 2 * 1024 * 1024,
  /** A screen made for a boot that is already under way parses this much of its tail (29 ms measured). */
  screenReplayBytes: 1024 * 1024,
  /** Consoles that one client may have open; each pane of a page is one. */
  sessionViewers: 256,
  screenColumns: 80,
  screenRows: 24,
  screenScrollbackLines: 5000,
  /** Matches listed by one call of a search; a person looks at the first of them. */
  searchMatches: 1000,
  /** Longer lines are cut where text is looked for, so that a guest that never ends a line cannot fill memory. */
  searchedLineLength: 4096,
  /** Typed while a console opens, and kept until it can be handed over. */
  keptKeysBytes: 64 * 1024,
  /** Progress events per instance. More is noise on a screen. */
  progressIntervalMs: 100,
  /** sun_path is 108 bytes with the terminating NUL on Linux; QEMU refuses 108 and longer. */
  socketPathBytes: 107,
  /** Default bound of one boot's transcript; older ranges are punched out of the file. */
  transcriptMiB: 1024,
  keepBoots: 5,
  /** The guest is paused when the home has less room than this, because QEMU drops serial bytes it cannot write. */
  reserveBytes: 16 * 1024 * 1024,
  /** How long QMP may take to greet after the process was started. */
  qmpGreetingMs: 5000,
  /** First rung of the stop ladder: how long a guest may take to power itself down. */
  powerdownMs: 10_000,
  quitMs: 3000,
  terminateMs: 3000,
  readinessMs: 180_000,
  /**
   * Silence after dying words that makes them true. A kernel that panicked says no more; one that only prints the log of
   * another goes on, or its shell prompts. Long enough for a slow dump's pauses, short enough to be told within 2 s.
   */
  panicSilenceMs: 500,
  /** A dump that goes on for longer is believed if its words are nobody else's. */
  panicDumpMs: 1500,
  /** What is read of the output after dying words to judge them. The longest dump of Linux seen was 12 KiB. */
  panicEvidenceBytes: 32 * 1024,
  /** What is read of the output of a guest that is found again, for what happened when nobody watched: ten boots of Linux. */
  pastOutputBytes: 256 * 1024,
  /** A guest that only has to say something is ready this long after: three triple faults through a PC's firmware take 0.4 s. */
  firstByteMs: 1500,
  /**
   * Resets by the guest itself, one after another, that make a loop. One is a reboot, two are an installer's or a firmware
   * that has changed its settings; the third in a row without getting anywhere is no accident.
   */
  loopResets: 3,
  /** A guest that lasted for longer got somewhere, unless it panicked; triple faults and watchdogs take less. */
  loopRoundMs: 30_000,
  /** A PC's firmware resets the machine again, twice, within 100 ms of the first (measured); that is one reset. */
  resetEchoMs: 150,
  /** How often QEMU is asked whether it is still there. 0.1 % of a core for fifty guests. */
  heartbeatMs: 10_000,
  /** Its main loop answers in a millisecond, on a loaded host in some ten; disk images on a network can hold it up. */
  heartbeatAnswerMs: 3000,
} as const;

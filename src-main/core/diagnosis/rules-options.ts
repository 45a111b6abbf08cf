/** Messages about the command line itself: QEMU softmmu/vl.c, softmmu/qdev-monitor.c, util/qemu-option.c, qapi. */
import type { Rule } from './rule.ts';

const look = 'The Command tab shows which field each argument comes from.';

export const optionRules: readonly Rule[] = [
  {
    pattern: /: (-\S+): invalid option/,
    explain: ([option]) => ({
      code: 'invalid_input',
      message: `This QEMU has no option ${option}.`,
      cause: 'It is misspelled, or of another version or architecture.',
      hint: `Look at the extra arguments. ${look}`,
      field: 'runtime.extraArguments',
    }),
  },
  {
    pattern: /: (-\S+): requires an argument/,
    explain: ([option]) => ({
      code: 'invalid_input',
      message: `${option} needs a value after it.`,
      hint: 'Look at the extra arguments.',
      field: 'runtime.extraArguments',
    }),
  },
  {
    pattern: /'(\S+)' is not a valid device model name/,
    explain: ([name]) => ({
      code: 'engine_unsuitable',
      message: `This QEMU has no device called ${name}.`,
      hint: '`qemu-system-… -device help` lists what there is. Some devices are packages of their own.',
    }),
  },
  {
    pattern: /unsupported machine type/,
    explain: () => ({
      code: 'invalid_input',
      message: 'This QEMU has no machine of that name.',
      hint: '`qemu-system-… -machine help` lists them; versioned names come and go with QEMU’s version.',
      field: 'device.machine',
    }),
  },
  {
    pattern: /unable to find CPU model '(.+)'/,
    explain: ([model]) => ({
      code: 'invalid_input',
      message: `This QEMU has no CPU model called ${model}.`,
      hint: '`qemu-system-… -cpu help` lists them.',
      field: 'device.cpu',
    }),
  },
  {
    pattern: /Property '(.+?)\.(\S+)' not found/,
    explain: ([device, property]) => ({
      code: 'invalid_input',
      message: `The device ${device} has no property called ${property}.`,
      hint: `\`qemu-system-… -device ${device},help\` lists them.`,
    }),
  },
  {
    pattern: /Property '(.+)' can't find value '(.+)'/,
    explain: ([property, value]) => ({
      code: 'invalid_input',
      message: `${property} names "${value}", and nothing has that id.`,
      hint: 'An id must be defined by another argument.',
    }),
  },
  {
    pattern: /Duplicate ID '(.+)' for (\S+)/,
    explain: ([id, kind]) => ({
      code: 'invalid_input',
      message: `Two ${kind} arguments have the id "${id}".`,
      hint: `Give yours another id. ${look}`,
      field: 'runtime.extraArguments',
    }),
  },
  {
    pattern: /Parameter '(.+)' (expects .+|does not accept value '.+')/,
    explain: ([parameter, complaint]) => ({
      code: 'invalid_input',
      message: `The parameter ${parameter} ${complaint}.`,
      hint: look,
    }),
  },
  {
    pattern: /(?:Invalid parameter '(.+)'|does not support the option '(.+)')/,
    explain: ([one, other]) => ({
      code: 'invalid_input',
      message: `There is no parameter called ${one || other} here.`,
      hint: `A comma in a value must be doubled. ${look}`,
    }),
  },
  {
    pattern: /Invalid CPU topology: (.+)/,
    explain: ([reason]) => ({
      code: 'invalid_input',
      message: 'The number of processors does not fit the sockets, cores and threads given.',
      cause: reason,
      field: 'device.processors',
    }),
  },
];

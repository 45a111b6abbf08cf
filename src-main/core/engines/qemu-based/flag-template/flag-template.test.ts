import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type EmulatorConfiguration,
  emulatorConfigurationSchema,
} from '../../../../../src-shared/model/emulator-configuration.ts';
import { readDevConfig } from './dev-config.ts';
import { readFlagTemplate, renderFlags, templatePath } from './flag-template.ts';

const assets = join(import.meta.dirname, '../../../../../assets');

function configurationOf(change: { guest?: object; runtime?: object; device?: object } = {}): EmulatorConfiguration {
  return emulatorConfigurationSchema.parse({
    device: {
      cpu: { architecture: 'x64', count: 2 },
      memory: { quantity: 1, units: 'gigabytes' },
      storage: { quantity: 1, units: 'gigabytes' },
      ...change.device,
    },
    guest: { kernel_image: '/b/kernel', ...change.guest },
    host: { acceleration: 'none', architecture: 'x64', networking: 'none' },
    runtime: { name: 'one', instance_directory: '/i', engine_type: 'qemu', ...change.runtime },
  });
}

const render = (text: string, configuration = configurationOf(), environment = {}) =>
  renderFlags({ configuration, template: { name: 'mine.hbs', text }, environment });
/** `text` as the only argument. */
const rendered = (text: string, configuration = configurationOf(), environment = {}) => {
  const result = render(`{"args":["${text}"]}`, configuration, environment);
  if (!result.ok) throw new Error(result.failure.message);
  return result.rendered.flags.args[0];
};
const failure = (text: string, configuration = configurationOf()) => {
  const result = render(text, configuration);
  if (result.ok) throw new Error('it was rendered');
  return result.failure;
};

describe('the functions of a template', () => {
  const guest = { disk_image: { Fxfs: '/b/x.blk' }, ramdisk: { path: '/b/z', kind: 'Zbi' } };
  it.each([
    ['{{ua device.memory.units}}', 'G'],
    ['{{di guest.disk_image}}', '/b/x.blk'],
    ['{{env "HOME"}}{{env "GONE"}}', '/h'],
    ['{{eq runtime.name "one"}}|{{eq runtime.name "two"}}', 'true|'],
    ['{{#if (ne device.cpu.count 1)}}many{{else}}one{{/if}}', 'many'],
    ['{{#if (and runtime.headless (not runtime.debugger))}}a{{else if (or 0 1)}}b{{/if}}', 'b'],
    ['{{#unless runtime.headless}}window{{/unless}}', 'window'],
    ['{{qemu-value "a,b"}}', 'a,,b'],
    ['{{guest.zbi_image}} {{guest.zbi}} {{guest.ramdisk.path}}', '/b/z /b/z /b/z'],
    ['{{#with device.cpu}}{{count}}{{/with}}', '2'],
  ])('%s gives %s', (text, expected) => {
    const quoted = text.replaceAll('"one"', "'one'");
    expect(rendered(quoted.replaceAll('"', "'"), configurationOf({ guest }), { HOME: '/h' })).toBe(expected);
  });
});

describe('a template in error', () => {
  it.each([
    ['{"args":[\n  "{{runtime.nam}}"]}', 'mine.hbs: line 2, column 6: there is no "nam" in the configuration.'],
    [
      '{"args":[\n\n{{#if (substr runtime.name)}}1{{/if}}]}',
      'mine.hbs: line 3, column 7: there is no function "substr"',
    ],
    ['{"args":[\n  {{#if runtime.headless}}]}', 'mine.hbs: line 2, column 29: the template cannot be read.'],
    ['{"args": {{#if runtime.name}}\n{{/each}}}', 'mine.hbs: line 2, column 8: the template cannot be read.'],
    ['{{> other}}', 'mine.hbs: line 1, column 1: partials and decorators are not available.'],
    ['{{#*inline "a"}}{{/inline}}{}', 'partials and decorators are not available'],
    ['{"args":[\n"a",]}', 'mine.hbs: the result is not JSON: line 2, column 5 of the result.'],
    ['{"args":[1]}', 'mine.hbs, its result: args[0]:'],
    ['{"args":"-m"}', 'mine.hbs, its result: args:'],
    ['{"args":["\\u0000"]}', 'mine.hbs, its result: args[0]: an argument cannot contain NUL.'],
    ['{"envs":{"A B":"c"}}', 'mine.hbs, its result: envs: "A B" is not the name'],
  ])('%o says where', (text, message) => expect(failure(text).message).toContain(message));

  it('a field that ffx does not know is a note', () => {
    const result = render('{"args":[],"colour":"red"}');
    expect(result.ok && result.rendered.notes.map(({ path }) => path)).toEqual(['colour']);
  });
});

describe('what a template cannot reach', () => {
  it.each([
    'constructor',
    'runtime.constructor.name',
    'toString',
    '__proto__',
    'runtime.__proto__.x',
    '@root.constructor',
  ])('{{%s}}', (path) => expect(render(`{"args":["{{${path}}}"]}`).ok).toBe(false));
  it.each(['(lookup this "constructor")', '(lookup runtime "__proto__")'])('%s', (call) => {
    const result = render(`{"args":["{{#if ${call}}}reached{{/if}}"]}`);
    expect(result.ok ? result.rendered.flags.args : []).not.toContain('reached');
  });
  it('log is not there', () => expect(failure('{{log "x"}}{}').message).toContain('there is no function "log"'));

  it('endless work: nested loops end with an error, soon', () => {
    const configuration = configurationOf({ runtime: { addl_emu_args: Array.from({ length: 100 }, () => 'x') } });
    const open = '{{#each @root.runtime.addl_emu_args}}'.repeat(8);
    const started = performance.now();
    expect(failure(`{"args":[${open}"x"${'{{/each}}'.repeat(8)}]}`, configuration).message).toContain(
      'never seem to end',
    );
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('endless output', () => {
    const name = 'x'.repeat(60_000);
    expect(
      failure(`{"args":["${'{{runtime.name}}'.repeat(40)}"]}`, configurationOf({ runtime: { name } })).message,
    ).toContain('the result is too large');
  });
});

describe('text that would break ffx', () => {
  it('weakness of ffx: any name and any path comes through as it is', () => {
    const path = fc.string({ unit: fc.constantFrom('"', '\\', ',', '{', '}', '/', 'a', 'é', '\n', '&', '<') });
    fc.assert(
      fc.property(path, (text) => {
        const configuration = configurationOf({ guest: { kernel_image: `/${text}` }, runtime: { name: `n${text}` } });
        expect(rendered('{{guest.kernel_image}}', configuration)).toBe(`/${text}`);
        expect(rendered('{{qemu-value runtime.name}}', configuration)).toBe(`n${text.replaceAll(',', ',,')}`);
      }),
      { numRuns: 50 },
    );
  });

  it('a memory size in bytes is not taken for MiB', async () => {
    const configuration = configurationOf({ device: { memory: { quantity: 1048576, units: 'bytes' } } });
    const template = await readFlagTemplate(templatePath(configuration, assets));
    const result = renderFlags({ configuration, template, environment: {} });
    expect(result.ok && result.rendered.flags.args).toContain('1048576B');
  });
});

describe('which template', () => {
  it.each([
    [{}, {}, 'default.json.hbs'],
    [{ kernel_image: '/b/kernel.efi' }, {}, 'efi.json.hbs'],
    [{ kernel_image: null, disk_image: { Fat: '/f' } }, {}, 'efi.json.hbs'],
    [{ kernel_image: null, is_gpt: true }, {}, 'efi.json.hbs'],
    [{ is_gpt: true }, { template: '/mine' }, '/mine'],
  ])('%o %o: %s', (guest, runtime, name) => {
    const path = templatePath(configurationOf({ guest, runtime }), '/assets');
    expect(path).toBe(name.startsWith('/') ? name : `/assets/flag-templates/${name}`);
  });
});

describe('dev-config', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dev-config-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is appended: arguments last, environment over the rest, kernel arguments under --kernel-args', async () => {
    const file = join(directory, 'dev.json');
    const dev = { args: ['-initrd', '/my/initrd'], kernel_args: ['console=ttyS0', 'TERM=a'], env: { X: '1' } };
    await writeFile(file, JSON.stringify(dev));
    const configuration = configurationOf({ runtime: { addl_kernel_args: ['TERM=b'] } });
    const template = await readFlagTemplate(templatePath(configuration, assets));
    const result = renderFlags({ configuration, template, environment: {}, devConfig: await readDevConfig(file) });
    if (!result.ok) throw new Error(result.failure.message);
    const { flags, kernelArguments } = result.rendered;
    expect(flags.args.slice(-2)).toEqual(['-initrd', '/my/initrd']);
    expect(flags.envs.X).toBe('1');
    expect(flags.kernel_args).toContain('console=ttyS0');
    expect(flags.kernel_args.filter((text) => text.startsWith('TERM='))).toEqual(['TERM=b']);
    expect(kernelArguments.entries.filter(({ overriddenBy }) => overriddenBy !== null)).toEqual([
      { text: 'TERM=dumb', source: 'template', overriddenBy: 'TERM=b' },
      { text: 'TERM=a', source: 'dev-config', overriddenBy: 'TERM=b' },
    ]);
  });

  it.each([
    ['{"args":[1]}', 'dev.json: args[0]:'],
    ['{"arguments":[]}', 'dev.json: arguments: there is no such field.'],
    ['{"args":[}', 'dev.json is not JSON: line 1, column 10.'],
  ])('%s: the error names file and place', async (text, message) => {
    const file = join(directory, 'dev.json');
    await writeFile(file, text);
    await expect(readDevConfig(file)).rejects.toThrow(message);
  });

  it('a template that is missing or too large is said to be', async () => {
    await expect(readFlagTemplate(join(directory, 'gone'))).rejects.toThrow('gone does not exist.');
    await expect(readFlagTemplate(directory)).rejects.toThrow('is a folder, not a file');
    await writeFile(join(directory, 'big'), 'x'.repeat(70_000));
    await expect(readFlagTemplate(join(directory, 'big'))).rejects.toThrow('is too large');
  });
});

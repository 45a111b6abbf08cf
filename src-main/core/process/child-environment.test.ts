import { expect, it } from 'vitest';
import { childEnvironment } from './child-environment.ts';

it('passes on what a guest needs, and nothing that changes how programs load', () => {
  const environment = {
    PATH: '/bin',
    HOME: '/h',
    LC_ALL: 'C',
    DISPLAY: ':0',
    https_proxy: 'p',
    NO_PROXY: 'n',
    LD_PRELOAD: 'x.so',
    NODE_OPTIONS: '--inspect',
    ELECTRON_RUN_AS_NODE: '1',
    TOKEN: 'secret',
    my_secret_proxy: 'x',
    LANG: undefined,
  };
  expect(childEnvironment(environment, { QEMU_AUDIO_DRV: 'none', HOME: '/other' })).toEqual({
    PATH: '/bin',
    HOME: '/other',
    LC_ALL: 'C',
    DISPLAY: ':0',
    https_proxy: 'p',
    NO_PROXY: 'n',
    QEMU_AUDIO_DRV: 'none',
  });
});

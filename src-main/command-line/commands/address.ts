/** `slipway address`: a fresh address of the page, for another tab or browser. */
import { parseArgs } from 'node:util';
import { SlipwayError } from '../../../src-shared/contract/errors.ts';
import { askForAddresses } from '../../headless/address-socket.ts';
import type { Command } from '../context.ts';

export const address: Command = async (args, context) => {
  parseArgs({ args, options: {} });
  const urls = await askForAddresses(context.paths);
  if (urls.length === 0)
    throw new SlipwayError('invalid_input', 'No page is served from this home.', {
      cause: 'An address is given by the server of a page, and none runs.',
      hint: 'slipway serve',
    });
  context.output.result({ urls }, `${urls.join('\n')}\nEach opens one tab, once.`);
  return 0;
};

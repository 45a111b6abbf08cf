/** The program that owner-process.ts starts: the home's owner with its service socket, and nothing else. */

import { prepareHome } from '../../src-main/core/home/prepare.ts';
import { silentLog } from '../../src-main/core/kit/log.ts';
import { HomeService } from '../../src-main/headless/home-service.ts';

process.umask(0o077);
const [home = '', assetsDirectory = ''] = process.argv.slice(2);
const service = await HomeService.open(
  { paths: await prepareHome(home), assetsDirectory, kind: 'web', log: silentLog, abilities: {} },
  { takeOver: false },
);
process.stdout.write(`${JSON.stringify({ owner: service.isOwner })}\n`);
const running = setInterval(() => undefined, 1 << 30);
process.once('SIGTERM', () => {
  clearInterval(running);
  void service.dispose();
});

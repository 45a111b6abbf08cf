/**
 * What the window does with the home, without a window: takes it over, says so, and leaves when it is told to. Its
 * arguments: the home, the assets.
 */
import { once } from 'node:events';
import { toFailure } from '../../../src-shared/contract/errors.ts';
import { prepareHome } from '../../core/home/prepare.ts';
import { silentLog } from '../../core/kit/log.ts';
import { HomeService } from '../home-service.ts';

const [, , home = '', assetsDirectory = ''] = process.argv;
const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  const paths = await prepareHome(home);
  const service = await HomeService.open(
    { paths, assetsDirectory, kind: 'window', log: silentLog, abilities: { focus: () => say('in front') } },
    { takeOver: true },
  );
  say(service.isOwner ? 'owns' : 'joined');
  await once(process.stdin, 'data');
  await service.dispose();
  say('left');
} catch (error) {
  say(JSON.stringify(toFailure(error)));
  process.exitCode = 1;
}
process.stdin.destroy();

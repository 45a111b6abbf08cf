/** Ends of the service for tests: a home's owner in this process, and what a client was told. */
import { join } from 'node:path';
import type { Paths } from '../../core/home/paths.ts';
import { prepareHome } from '../../core/home/prepare.ts';
import type { CleanupStack } from '../../core/kit/cleanup-stack.ts';
import { silentLog } from '../../core/kit/log.ts';
import type { ClientIdentity } from '../../core/service/client.ts';
import { tempHome } from '../../core/testing/temp-home.ts';
import { HomeService, type HomeServiceOptions } from '../home-service.ts';

export const asUser: ClientIdentity = { trust: 'user', face: 'command-line', allowPower: true, abilities: {} };
export const asPage: ClientIdentity = { trust: 'page', face: 'web', allowPower: false, abilities: {} };

const assetsDirectory = join(import.meta.dirname, '../../../assets');

/** A prepared home that is removed in the end; what runs in it then fails the test. */
export async function preparedHome(cleanups: CleanupStack): Promise<Paths> {
  const { home, dispose } = await tempHome();
  cleanups.add(dispose);
  return prepareHome(home);
}

/** A HomeService that is disposed in the end. */
export async function openHome(
  paths: Paths,
  cleanups: CleanupStack,
  options: Partial<HomeServiceOptions> & { takeOver?: boolean } = {},
): Promise<HomeService> {
  const { takeOver = false, ...rest } = options;
  const service = await HomeService.open(
    { paths, assetsDirectory, kind: 'web', log: silentLog, abilities: {}, ...rest },
    { takeOver },
  );
  cleanups.add(() => service.dispose());
  return service;
}

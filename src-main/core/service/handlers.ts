/** One handler per row of the call table. Each is a few lines: parse is done, errors are mapped, the work is elsewhere. */
import { commandHandlers } from './handlers/commands.ts';
import { consoleHandlers } from './handlers/consoles.ts';
import { doctorHandlers } from './handlers/doctor.ts';
import { fileHandlers } from './handlers/files.ts';
import { fuchsiaHandlers } from './handlers/fuchsia.ts';
import { hostHandlers } from './handlers/host.ts';
import { instanceHandlers } from './handlers/instances.ts';
import { ownerHandlers } from './handlers/owner.ts';
import { portHandlers } from './handlers/ports.ts';
import type { HandlerServices } from './handlers/services.ts';
import { supportHandlers } from './handlers/support.ts';
import { windowHandlers } from './handlers/windows.ts';
import type { Handlers } from './router.ts';

export function createHandlers(services: HandlerServices): Handlers {
  return {
    ...hostHandlers(services),
    ...instanceHandlers(services),
    ...fuchsiaHandlers(services),
    ...consoleHandlers(services),
    ...commandHandlers(services),
    ...doctorHandlers(services),
    ...supportHandlers(services),
    ...fileHandlers(),
    ...windowHandlers(services),
    ...ownerHandlers(services),
    ...portHandlers(services),
  };
}

/**
 * Looks behind the mapped ports, and for others that were opened, while somebody looks at them, and at no other time. One round after the other; ports
 * that answer are asked less often: each look is a connection that the guest's service has to take.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { toFailure } from '../../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import { isMapped } from '../../../src-shared/model/ports.ts';
import { useApplication } from '../../state/context.tsx';

const roundMs = 4000;
/** Ports that answer are looked at in every so many rounds. */
const calmRounds = 4;

export interface PortProbe {
  readonly probing: boolean;
  /** Looks at all of them now, and speaks to the silent ones. */
  probe(): void;
}

export function usePortProbe(view: InstanceView): PortProbe {
  const application = useApplication();
  const [probing, setProbing] = useState(false);
  const ports = useRef(view.ports);
  ports.current = view.ports;
  const { id } = view;
  const isOn = view.status.phase === 'running' && view.status.paused === null;
  const mapped = view.ports.filter((port) => isMapped(port) && port.protocol === 'tcp');
  const what = mapped.map(({ name, host }) => `${name} ${host}`).join(', ');

  useEffect(() => {
    if (!isOn) return;
    let current = true;
    let timer: ReturnType<typeof setTimeout>;
    // A mapping that is new is looked at at once.
    let round = what === '' ? 1 : 0;
    const next = (): void => {
      timer = setTimeout(look, roundMs);
    };
    const look = (): void => {
      if (!current) return;
      const names = ports.current
        .filter(({ state }) => round % calmRounds === 0 || state !== 'answering')
        .map(({ name }) => name);
      round += 1;
      if (document.visibilityState !== 'visible') {
        next();
        return;
      }
      application.call('port.probe', { id, names }).then(
        () => current && next(),
        () => current && next(),
      );
    };
    look();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [application, id, isOn, what]);

  const probe = useCallback(() => {
    setProbing(true);
    application
      .call('port.probe', { id, speak: true })
      .catch((error: unknown) => application.notifyFailure(toFailure(error)))
      .finally(() => setProbing(false));
  }, [application, id]);
  return { probing, probe };
}

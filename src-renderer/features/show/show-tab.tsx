/** What `ffx emu show` would say of an instance, section by section, readable or as JSON. */
import './show.css';
import { FolderOutput } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { type Failure, toFailure } from '../../../src-shared/contract/errors.ts';
import type { InstanceView } from '../../../src-shared/model/instance.ts';
import type { FileReference } from '../../../src-shared/model/spec.ts';
import { unawaited } from '../../api/unawaited.ts';
import { useApplication, useDetails } from '../../state/context.tsx';
import { commonStrings } from '../../strings/common.ts';
import { showStrings as strings } from '../../strings/show.ts';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { CopyButton, CopyIcon } from '../../ui/copy-button.tsx';
import { RawText } from '../../ui/raw-text.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Facts } from '../details/facts-list.tsx';
import { FailurePanel } from '../failure/failure-panel.tsx';
import { usePicker } from '../launch/use-picker.tsx';
import { blocksOf, type ShownSection, sectionsOf } from './show-sections.ts';

type Reading = 'readable' | 'json';

function Section({ section, reading }: { section: ShownSection; reading: Reading }) {
  const json = JSON.stringify({ [section.name]: section.value }, null, 2);
  const asJson = reading === 'json' || section.name === 'Raw';
  return (
    <section className="show-section" aria-label={section.name} id={`show-${section.name}`} tabIndex={-1}>
      <div className="show-section-head">
        <h2>{section.name}</h2>
        <CopyButton text={json} label={strings.copyJson} />
      </div>
      {asJson ? (
        <div className="raw">
          <pre>{json}</pre>
        </div>
      ) : (
        blocksOf(section).map((block) => (
          <div key={block.title ?? ''} className="show-block">
            {block.title !== null && <h3>{block.title}</h3>}
            {block.facts.length > 0 && <Facts facts={block.facts} label={block.title ?? section.name} />}
            {block.lines.length > 0 && (
              <RawText text={block.lines.join('\n')} label={`${section.name} ${block.title ?? ''}`} />
            )}
          </div>
        ))
      )}
    </section>
  );
}

/** How a debugger comes to the guest, while it waits for one or can be joined. */
function Debugger({ view }: { view: InstanceView }) {
  const details = useDetails(view.id);
  const guest = details?.spec.guest;
  const { pid, processLives } = view.status;
  if (details?.gdb != null)
    return (
      <p className="show-debugger">
        <span>{strings.debugger}</span>
        <code>{details.gdb.line}</code>
        <CopyIcon text={details.gdb.line} label={strings.copyDebuggerLine} />
      </p>
    );
  if (guest?.kind !== 'fuchsia' || !guest.debugger || pid === null || !processLives) return null;
  return (
    <p className="show-debugger">
      <span>{strings.debugger}</span>
      {strings.attach} <code>{pid}</code> {strings.attachEnd}
      <CopyIcon text={String(pid)} label={strings.copyProcess} />
    </p>
  );
}

function ExportButton({ view }: { view: InstanceView }) {
  const application = useApplication();
  const [busy, setBusy] = useState(false);
  const write = async (directory: FileReference): Promise<void> => {
    setBusy(true);
    try {
      const { path } = await application.call('fuchsia.export', { id: view.id, directory: directory.token });
      application.notify({
        tone: 'plain',
        text: strings.exported(path),
        failure: null,
        action: { label: strings.copyPath, run: () => unawaited(copyText(path)) },
      });
    } catch (error) {
      application.notifyFailure(toFailure(error));
    } finally {
      setBusy(false);
    }
  };
  const picker = usePicker(strings.exportTitle, 'directory', (directory) => unawaited(write(directory)));
  return (
    <>
      <Button icon={FolderOutput} disabled={busy} title={strings.exportAbout} onClick={picker.pick}>
        {strings.exportVerb}
      </Button>
      {picker.browser}
    </>
  );
}

/** Asked again when the instance moves on: its ports, process and command line are known only then. */
function useSections(view: InstanceView) {
  const application = useApplication();
  const [sections, setSections] = useState<readonly ShownSection[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { phase, boot, ready } = view.status;
  const ports = view.ports.map(({ name, host }) => `${name}${host}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    let current = true;
    application.call('fuchsia.show', { id: view.id }).then(
      (got) => {
        if (!current) return;
        setSections(sectionsOf(got.sections));
        setFailure(null);
      },
      (error) => current && setFailure(toFailure(error)),
    );
    return () => {
      current = false;
    };
  }, [application, view.id, phase, boot, ready, ports]);
  return { sections, failure };
}

export function ShowTab({ view }: { view: InstanceView }) {
  const [reading, setReading] = useState<Reading>('readable');
  const { sections, failure } = useSections(view);
  const place = useRef<HTMLDivElement>(null);
  const goTo = (name: string): void => {
    const section = place.current?.querySelector<HTMLElement>(`#show-${name}`);
    section?.scrollIntoView({ block: 'start' });
    section?.focus({ preventScroll: true });
  };
  return (
    <div className="show">
      <div className="show-head">
        <nav className="show-places" aria-label={commonStrings.sections}>
          {sections?.map(({ name }) => (
            <button key={name} type="button" className="show-place" onClick={() => goTo(name)}>
              {name}
            </button>
          ))}
        </nav>
        <Segments
          label={strings.readAs}
          value={reading}
          options={[
            { value: 'readable', label: strings.readable },
            { value: 'json', label: strings.json },
          ]}
          onChange={setReading}
        />
        {view.origin === 'slipway' && <ExportButton view={view} />}
      </div>
      <Debugger view={view} />
      {failure !== null && <FailurePanel failure={failure} title={strings.failed} />}
      {sections === null && failure === null && <p className="page-note">{commonStrings.waiting}</p>}
      <div ref={place} className="show-sections">
        {sections?.map((section) => (
          <Section key={section.name} section={section} reading={reading} />
        ))}
      </div>
    </div>
  );
}

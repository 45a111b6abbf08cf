/** timeline/ owns how a launch is shown in time: each step, when, how long, with what result. */
import './timeline.css';
import type { InstanceView, TimelineStep } from '../../../src-shared/model/instance.ts';
import { useDetails } from '../../state/context.tsx';
import { formatDuration } from '../../state/format.ts';
import { commonStrings } from '../../strings/common.ts';
import { timelineStrings as strings } from '../../strings/timeline.ts';

/** The right end of the scale; a step that is still running reaches it. */
export function spanOf(steps: readonly TimelineStep[]): number {
  return Math.max(1, ...steps.map((step) => step.endMs ?? step.startMs));
}

export function TimelineTab({ view }: { view: InstanceView }) {
  const details = useDetails(view.id);
  if (details === undefined) return <p className="page-note">{commonStrings.waiting}</p>;
  const { timeline } = details;
  if (timeline.length === 0) return <p className="page-note">{strings.none}</p>;
  const span = spanOf(timeline);
  return (
    <table className="table timeline" aria-label={strings.title}>
      <thead>
        <tr>
          <th scope="col">{strings.step}</th>
          <th scope="col" className="number">
            {strings.start}
          </th>
          <th scope="col" className="number">
            {strings.took}
          </th>
          <th scope="col" className="timeline-scale">
            <span>0</span>
            <span>{formatDuration(span)}</span>
          </th>
          <th scope="col">{strings.result}</th>
          <th scope="col">{strings.note}</th>
        </tr>
      </thead>
      <tbody>
        {timeline.map((step) => {
          const end = step.endMs ?? span;
          return (
            <tr key={`${step.name}-${step.startMs}`}>
              <td className="timeline-name">{step.name}</td>
              <td className="number">{formatDuration(step.startMs)}</td>
              <td className="number">{step.endMs === null ? '…' : formatDuration(step.endMs - step.startMs)}</td>
              <td>
                <div className="timeline-track">
                  <div
                    className="timeline-bar"
                    data-result={step.result}
                    style={{
                      left: `${(step.startMs / span) * 100}%`,
                      width: `${(Math.max(0, end - step.startMs) / span) * 100}%`,
                    }}
                  />
                </div>
              </td>
              <td className="timeline-result" data-result={step.result}>
                {strings.results[step.result]}
              </td>
              <td className="timeline-note">{step.note}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

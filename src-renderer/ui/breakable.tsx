/** A path or an option list that breaks where a person would break it: after a slash or a comma. */
import { Fragment } from 'react';

export function Breakable({ text }: { text: string }) {
  return text.split(/(?<=[/,])/).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

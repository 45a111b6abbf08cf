/** Copies one text and says so in place. */
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { unawaited } from '../api/unawaited.ts';
import { Button, IconButton } from './button.tsx';
import { copyText } from './clipboard.ts';

const shownMs = 1500;

/** Whether a copy was just made, and how to make one. */
export function useCopied(failed: () => void = () => {}): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (text: string): Promise<void> => {
    const done = await copyText(text);
    setCopied(done);
    if (!done) failed();
  };
  return [copied, (text) => unawaited(copy(text))];
}

/** `label` names what is copied: "Copy address". */
export function CopyIcon({ text, label }: { text: string; label: string }) {
  const [copied, copy] = useCopied();
  return <IconButton small icon={copied ? Check : Copy} label={label} onClick={() => copy(text)} />;
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, copy] = useCopied();
  return (
    <Button small icon={copied ? Check : Copy} onClick={() => copy(text)}>
      {label}
    </Button>
  );
}

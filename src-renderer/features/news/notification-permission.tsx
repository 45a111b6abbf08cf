/** In a browser notifications need the person's word once; it may only be asked for when they press something. */
import { useState } from 'react';
import { unawaited } from '../../api/unawaited.ts';
import { newsStrings } from '../../strings/news.ts';
import { Button } from '../../ui/button.tsx';

export function NotificationPermission() {
  const [permission, setPermission] = useState(() => ('Notification' in window ? Notification.permission : 'denied'));
  if (permission === 'granted') return <p className="field-hint">{newsStrings.allowed}</p>;
  if (permission === 'denied') return <p className="field-hint">{newsStrings.blocked}</p>;
  return (
    <Button small onClick={() => unawaited(Notification.requestPermission().then(setPermission))}>
      {newsStrings.allow}
    </Button>
  );
}

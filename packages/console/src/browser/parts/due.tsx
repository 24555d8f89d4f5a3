import { dueIn } from '../format/span.ts';
import { Badge } from './chip.tsx';
import { useNow } from './use-now.ts';
import { Utc } from './utc.tsx';

/** When something is due and how far that is; overdue is said in words. */
export function DueDate({ iso, done = false }: { readonly iso: string; readonly done?: boolean }) {
  const due = dueIn(iso, useNow(30));
  return (
    <span className="due">
      <Utc iso={iso} />
      {due !== undefined && !done && <Distance past={due.when === 'past'} text={due.text} />}
    </span>
  );
}

function Distance({ past, text }: { readonly past: boolean; readonly text: string }) {
  return past ? (
    <Badge look={{ tone: 'bad', text: `overdue by ${text}` }} />
  ) : (
    <span className="quiet">in {text}</span>
  );
}

/** Counts down in text, every second. `role="timer"` is not read out by itself. */
export function Countdown({ iso }: { readonly iso: string }) {
  const due = dueIn(iso, useNow(1));
  if (due === undefined) return <Utc iso={iso} form="second" />;
  const soon = due.when === 'ahead' && due.seconds < 300;
  return (
    <span className="due">
      <span
        role="timer"
        className={due.when === 'past' ? 'countdown over' : soon ? 'countdown soon' : 'countdown'}
      >
        {due.when === 'past' ? `expired ${due.text} ago` : `expires in ${due.text}`}
      </span>
      <Utc iso={iso} form="second" />
    </span>
  );
}

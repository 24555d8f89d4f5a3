import { utcClock, utcMinute, utcSecond } from '../format/time.ts';

const FORMS = { minute: utcMinute, second: utcSecond, clock: utcClock } as const;

/** A time in UTC; the exact ISO text is its title. */
export function Utc({
  iso,
  form = 'minute',
}: {
  readonly iso: string | null;
  readonly form?: keyof typeof FORMS;
}) {
  if (iso === null) return <span className="none">not yet</span>;
  return (
    <time dateTime={iso} title={iso} className="utc">
      {FORMS[form](iso)}
    </time>
  );
}

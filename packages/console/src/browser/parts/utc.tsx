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
      <Unbroken text={FORMS[form](iso)} />
    </time>
  );
}

/** A line may break between date and time, and not within either. */
function Unbroken({ text }: { readonly text: string }) {
  const [first, ...rest] = text.split(' ');
  return (
    <>
      <span>{first}</span>
      {rest.length > 0 && ' '}
      {rest.length > 0 && <span>{rest.join(' ')}</span>}
    </>
  );
}

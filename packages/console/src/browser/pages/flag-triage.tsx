import { useSession } from '../api/session.ts';
import type { Flag } from '../api/shapes.ts';
import { useMay } from '../parts/may.ts';
import { Panel } from '../parts/page.tsx';
import { type Choice, ReasonForm } from '../parts/reason-form.tsx';

const PARTS: Readonly<Record<string, string>> = {
  initiator: 'You started the run that this flag is about',
  approver: 'You approved the call that this flag is about',
  glass_breaker: 'You broke the glass that this flag is about',
};

/** What a person can do about a flag that is open; and why somebody else has to, where it is about what they did themselves. */
export function FlagTriage({ flag }: { readonly flag: Flag }) {
  const may = useMay('owner', 'admin', 'reviewer', 'approver');
  const choices = choicesOf(flag);
  return (
    <Panel id="triage" title="What you do about it">
      {!may && <p className="notice">This account may read flags, and not change them.</p>}
      {may && !flag.can_resolve && <Barred flag={flag} />}
      {may && choices.length > 0 && (
        <ReasonForm label="Note" hint="Kept with the flag, with your name and the time." choices={choices} />
      )}
    </Panel>
  );
}

function Barred({ flag }: { readonly flag: Flag }) {
  const who = useSession().data?.name;
  const own = flag.had_part.find(({ person }) => person === who);
  const why = own === undefined ? undefined : PARTS[own.part];
  return (
    <p className="notice">
      {why ?? 'You had a part in what this flag is about'}, so another person has to resolve it: nobody closes
      a critical flag about what they did themselves.
    </p>
  );
}

function choicesOf({ flag_id: id, state, can_resolve }: Flag): Choice[] {
  const acknowledge: Choice = {
    text: 'Acknowledge',
    tone: 'plain',
    change: (note) => ({ what: 'acknowledge', id, note }),
    done: 'Flag acknowledged.',
  };
  const resolve: Choice = {
    text: 'Resolve',
    tone: 'primary',
    change: (note) => ({ what: 'resolve', id, note }),
    done: 'Flag resolved.',
  };
  return [...(can_resolve ? [resolve] : []), ...(state === 'open' ? [acknowledge] : [])];
}

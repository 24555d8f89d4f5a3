import { useChange } from '../api/actions.ts';
import { useSession } from '../api/session.ts';
import type { Sample } from '../api/shapes.ts';
import { useAnnounce } from '../parts/announcer.tsx';
import { Shown } from '../parts/shown.tsx';
import { Failure } from '../parts/states.tsx';

/** Who looks at it now, and a way to say that it is oneself: two people need not review the same action. */
export function ReviewClaim({ sample }: { readonly sample: Sample }) {
  const me = useSession().data?.name;
  const announce = useAnnounce();
  const change = useChange();
  const isMine = sample.assigned_to !== null && sample.assigned_to === me;
  const send = (what: 'claim' | 'release', done: string) => () =>
    void change.mutateAsync({ what, id: sample.sample_id }).then(
      () => announce(done),
      () => undefined,
    );
  const claim = send('claim', 'Claimed. Nobody else reviews it for four hours.');
  const release = send('release', 'Released. Anybody may review it.');
  return (
    <div className="claim">
      {sample.assigned_to !== null && (
        <p>
          {isMine ? (
            'You have claimed it.'
          ) : (
            <>
              Claimed by <Shown text={sample.assigned_to} />.
            </>
          )}
        </p>
      )}
      <div className="buttons">
        <button type="button" onClick={claim} disabled={change.isPending}>
          {isMine ? 'Claim for four hours more' : 'Claim for four hours'}
        </button>
        {isMine && (
          <button type="button" onClick={release} disabled={change.isPending}>
            Release
          </button>
        )}
      </div>
      {change.error !== null && <Failure error={change.error} />}
    </div>
  );
}

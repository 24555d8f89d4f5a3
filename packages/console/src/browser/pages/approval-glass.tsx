import { type FormEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react';
import { useChange } from '../api/actions.ts';
import type { Approval } from '../api/shapes.ts';
import { type Look, lookOf } from '../format/words.ts';
import { useAnnounce } from '../parts/announcer.tsx';
import { useMay } from '../parts/may.ts';
import { Panel } from '../parts/page.tsx';
import { ReasonField, useReason } from '../parts/reason-field.tsx';
import { Shown, ShownOr } from '../parts/shown.tsx';
import { Failure } from '../parts/states.tsx';
import { Utc } from '../parts/utc.tsx';

/** Who let a call through that nobody approved. Nothing where no glass was broken. */
export function GlassBroken({ approval: { break_glass } }: { readonly approval: Approval }) {
  if (break_glass === null) return null;
  return (
    <Panel id="glass-broken" title="Glass was broken">
      <p>
        <Shown text={break_glass.by} /> let this call through at <Utc iso={break_glass.at} form="second" />,
        and nobody approved it:
      </p>
      <blockquote>
        <ShownOr text={break_glass.reason} none="no reason given" />
      </blockquote>
    </Panel>
  );
}

/** The state of a call whose glass was broken. */
export function brokenLook(state: string): Look {
  if (state === 'approved') return { tone: 'bad', text: 'let through without approval, not used yet' };
  if (state === 'consumed') return { tone: 'bad', text: 'let through without approval, and used' };
  return { tone: 'warn', text: `glass was broken, then ${lookOf('approval_state', state).text}` };
}

/** For those whom the workflow names: a reason, then what it means, then the deed. Offered as the exception that it is. */
export function BreakGlass({ approval }: { readonly approval: Approval }) {
  const may = useMay('owner', 'approver', 'reviewer', 'admin') && approval.can_break_glass;
  const [step, setStep] = useState<'closed' | 'reason' | 'confirm'>('closed');
  const [reason, setReason] = useState('');
  if (!may) return null;
  return (
    <Panel id="break-glass" title="In an emergency: break glass">
      <p>
        The workflow names you as one who may let this call through without its approval. Do so only where
        waiting does more harm than the call could.
      </p>
      {step === 'closed' && (
        <p className="buttons">
          <button type="button" className="danger" onClick={() => setStep('reason')}>
            Break glass…
          </button>
        </p>
      )}
      {step === 'reason' && (
        <WhyForm
          reason={reason}
          say={setReason}
          next={() => setStep('confirm')}
          back={() => setStep('closed')}
        />
      )}
      {step === 'confirm' && (
        <Confirm approval={approval} reason={reason.trim()} back={() => setStep('reason')} />
      )}
    </Panel>
  );
}

interface WhyFormProps {
  readonly reason: string;
  readonly say: (reason: string) => void;
  readonly next: () => void;
  readonly back: () => void;
}

function WhyForm({ reason: text, say, next, back }: WhyFormProps) {
  const reason = useReason(text, say);
  const { field } = reason;
  useLayoutEffect(() => field.current?.focus(), [field]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.said() !== undefined) next();
  };
  return (
    <form className="reason-form" onSubmit={submit} noValidate>
      <ReasonField
        label="Why it cannot wait"
        hint="Kept with the evidence, under your name. Nothing happens yet: you are asked once more."
        reason={reason}
      />
      <div className="buttons">
        <button type="submit" className="danger">
          Go on
        </button>
        <button type="button" onClick={back}>
          Leave it
        </button>
      </div>
    </form>
  );
}

interface ConfirmProps {
  readonly approval: Approval;
  readonly reason: string;
  readonly back: () => void;
}

/** The last step: it has the focus, so that a reader hears what it means before the button. */
function Confirm({ approval, reason, back }: ConfirmProps) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const change = useChange();
  const announce = useAnnounce();
  useLayoutEffect(() => box.current?.focus(), []);
  const breakIt = () =>
    void change.mutateAsync({ what: 'break_glass', id: approval.approval_id, reason }).then(
      () => announce('Glass broken: the call may be made now.'),
      () => undefined,
    );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has no role that asks for an answer
    <div
      ref={box}
      className="confirm"
      role="group"
      tabIndex={-1}
      aria-labelledby={id}
      aria-describedby={`${id}-means`}
    >
      <h3 id={id}>
        Let <Shown code text={approval.tool} /> run without an approval?
      </h3>
      <div id={`${id}-means`}>
        <Consequences approval={approval} />
      </div>
      <blockquote>
        <Shown text={reason} />
      </blockquote>
      <div className="buttons">
        <button type="button" className="danger solid" disabled={change.isPending} onClick={breakIt}>
          Break glass now
        </button>
        <button type="button" disabled={change.isPending} onClick={back}>
          Go back
        </button>
      </div>
      {change.error !== null && <Failure error={change.error} />}
    </div>
  );
}

function Consequences({ approval }: { readonly approval: Approval }): ReactNode {
  return (
    <ul className="means">
      <li>
        The agent makes exactly this call, once, with the arguments above. It cannot be taken back here.
      </li>
      <li>Your name and your reason go on record for good, as broken glass and not as an approval.</li>
      <li>
        A critical flag is raised and stays until somebody has resolved it with a note
        {approval.owner === null ? (
          '.'
        ) : (
          <>
            ; the owner, <Shown text={approval.owner} />, sees it.
          </>
        )}
      </li>
    </ul>
  );
}

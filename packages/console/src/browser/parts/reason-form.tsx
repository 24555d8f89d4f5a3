import { type FormEvent, useState } from 'react';
import { type Change, useChange } from '../api/actions.ts';
import { useAnnounce } from './announcer.tsx';
import { ReasonField, useReason } from './reason-field.tsx';
import { Failure } from './states.tsx';

export interface Choice {
  readonly text: string;
  readonly tone: 'primary' | 'danger' | 'plain';
  readonly change: (reason: string) => Change;
  readonly done: string;
}

interface ReasonFormProps {
  readonly label: string;
  readonly hint: string;
  readonly choices: readonly Choice[];
}

/** A reason in a person's own words, required, and what to do with it. Nothing is sent without one. */
export function ReasonForm({ label, hint, choices }: ReasonFormProps) {
  const [text, setText] = useState('');
  const reason = useReason(text, setText);
  const announce = useAnnounce();
  const change = useChange();
  const choose = (choice: Choice) => {
    const said = reason.said();
    if (said === undefined) return;
    // A promise, because the callbacks of `mutate` end with the form.
    void change.mutateAsync(choice.change(said)).then(
      () => {
        setText('');
        announce(choice.done);
      },
      () => undefined,
    );
  };
  const submit = (event: FormEvent) => event.preventDefault();
  return (
    <form className="reason-form" onSubmit={submit} noValidate>
      <ReasonField {...{ label, hint, reason }} />
      <div className="buttons">
        {choices.map((choice) => (
          <button
            key={choice.text}
            type="button"
            className={choice.tone}
            disabled={change.isPending}
            onClick={() => choose(choice)}
          >
            {choice.text}
          </button>
        ))}
      </div>
      {change.error !== null && <Failure error={change.error} />}
    </form>
  );
}

import { type FormEvent, useId, useState } from 'react';
import { type Change, useChange } from '../api/actions.ts';
import { useAnnounce } from './announcer.tsx';
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
  const id = useId();
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const announce = useAnnounce();
  const change = useChange();
  const choose = (choice: Choice) => {
    const said = reason.trim();
    setMissing(said === '');
    if (said === '') return document.getElementById(id)?.focus();
    // A promise, because the callbacks of `mutate` end with the form.
    void change.mutateAsync(choice.change(said)).then(
      () => {
        setReason('');
        announce(choice.done);
      },
      () => undefined,
    );
  };
  const submit = (event: FormEvent) => event.preventDefault();
  return (
    <form className="reason-form" onSubmit={submit} noValidate>
      <label htmlFor={id}>{label}</label>
      <p id={`${id}-hint`} className="quiet">
        {hint}
      </p>
      <textarea
        {...{ id, rows: 3, maxLength: 2000, value: reason }}
        onChange={(event) => setReason(event.target.value)}
        aria-describedby={missing ? `${id}-missing` : `${id}-hint`}
        aria-invalid={missing}
        required
      />
      {missing && (
        <p id={`${id}-missing`} className="field-error" role="alert">
          Say why, in a few words: it is kept with the evidence.
        </p>
      )}
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

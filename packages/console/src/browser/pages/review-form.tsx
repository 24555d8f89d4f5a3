import { REVIEW_VERDICTS, type ReviewVerdict } from '@tollgate/contract';
import { type FormEvent, useId, useState } from 'react';
import { useChange } from '../api/actions.ts';
import { lookOf } from '../format/words.ts';
import { useAnnounce } from '../parts/announcer.tsx';
import { Failure } from '../parts/states.tsx';

/** A verdict and a note, both required. */
export function ReviewForm({ id }: { readonly id: string }) {
  const field = useId();
  const [verdict, setVerdict] = useState<ReviewVerdict>();
  const [note, setNote] = useState('');
  const [missing, setMissing] = useState('');
  const announce = useAnnounce();
  const change = useChange();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (verdict === undefined) return setMissing('Choose a verdict.');
    if (note.trim() === '') return setMissing('Say what you saw, in a few words.');
    setMissing('');
    const review = { what: 'review', id, verdict, note: note.trim() } as const;
    // A promise, because the callbacks of `mutate` end with the form.
    void change.mutateAsync(review).then(
      () => announce('Review recorded.'),
      () => undefined,
    );
  };
  return (
    <form className="reason-form" onSubmit={submit} noValidate>
      <fieldset>
        <legend>Verdict</legend>
        {REVIEW_VERDICTS.map((word) => (
          <label key={word} className="choice">
            <input
              type="radio"
              name={`${field}-verdict`}
              checked={verdict === word}
              onChange={() => setVerdict(word)}
            />
            {lookOf('review_verdict', word).text}
          </label>
        ))}
      </fieldset>
      <label htmlFor={field}>Note</label>
      <textarea
        {...{ id: field, rows: 3, maxLength: 2000, value: note, required: true }}
        onChange={(event) => setNote(event.target.value)}
        aria-describedby={missing === '' ? undefined : `${field}-missing`}
        aria-invalid={missing !== '' && note.trim() === ''}
      />
      {missing !== '' && (
        <p id={`${field}-missing`} className="field-error" role="alert">
          {missing}
        </p>
      )}
      <div className="buttons">
        <button type="submit" className="primary" disabled={change.isPending}>
          Record the review
        </button>
      </div>
      {change.error !== null && <Failure error={change.error} />}
    </form>
  );
}

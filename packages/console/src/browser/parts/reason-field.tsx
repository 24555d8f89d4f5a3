import { type RefObject, useId, useRef, useState } from 'react';

/** A reason that a person is writing, and that has to be there. */
interface Reason {
  readonly text: string;
  readonly say: (text: string) => void;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly isMissing: boolean;
  /** What was written, or undefined where nothing was: then the field says so, and has the focus. */
  readonly said: () => string | undefined;
}

export function useReason(text: string, say: (text: string) => void): Reason {
  const field = useRef<HTMLTextAreaElement>(null);
  const [isMissing, setMissing] = useState(false);
  const said = () => {
    const reason = text.trim();
    setMissing(reason === '');
    if (reason !== '') return reason;
    field.current?.focus();
    return undefined;
  };
  return { text, say, field, isMissing, said };
}

interface ReasonFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly reason: Reason;
}

export function ReasonField({ label, hint, reason: { text, say, field, isMissing } }: ReasonFieldProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <p id={`${id}-hint`} className="quiet">
        {hint}
      </p>
      <textarea
        ref={field}
        {...{ id, rows: 3, maxLength: 2000, value: text }}
        onChange={(event) => say(event.target.value)}
        aria-describedby={isMissing ? `${id}-missing` : `${id}-hint`}
        aria-invalid={isMissing}
        required
      />
      {isMissing && (
        <p id={`${id}-missing`} className="field-error" role="alert">
          Say why, in a few words: it is kept with the evidence.
        </p>
      )}
    </>
  );
}

import { type ContentField, contentFields } from '../../format/content.ts';
import { countText } from '../../format/count.ts';
import { label } from '../../format/names.ts';
import { lookOf } from '../../format/words.ts';
import { Badge } from '../../parts/chip.tsx';
import { Value } from '../../parts/json-view.tsx';

/** Inputs, outputs, arguments and results, each with what was done to it before it left the agent's process. */
export function ContentFields({ content }: { readonly content: Readonly<Record<string, unknown>> }) {
  const fields = contentFields(content);
  if (fields.length === 0) return null;
  return (
    <dl className="pairs content">
      {fields.map((field) => (
        <div key={field.name}>
          <dt>
            {label(field.name)} <Redaction field={field} />
          </dt>
          <dd>{field.value !== undefined && <Value value={field.value} label={label(field.name)} />}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Says so where content is not as it was; nothing where it is. */
export function Redaction({ field }: { readonly field: ContentField }) {
  if (field.redaction === null) return null;
  return (
    <>
      <Badge look={lookOf('redaction', field.redaction)} />{' '}
      <span className="redaction">{redactionText(field)}</span>
    </>
  );
}

function redactionText({ redaction, characters }: ContentField): string {
  switch (redaction) {
    case 'masked':
      return 'Parts of it were replaced before it left the agent’s process.';
    case 'cut':
      return characters === null
        ? 'Only its start was kept.'
        : `Only its start was kept, of ${countText(characters)} characters. Its digest is over the whole.`;
    case 'withheld':
      return 'The workflow keeps it in the agent’s process; a digest of it is on record.';
    default:
      return '';
  }
}

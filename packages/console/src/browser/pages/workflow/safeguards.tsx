import type { RequirementsAnswer } from '../../api/workflow-shapes.ts';
import { countText } from '../../format/count.ts';
import { spanText } from '../../format/span.ts';
import { Chip, ClassChip } from '../../parts/chip.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Usd } from '../../parts/money.tsx';
import { Panel } from '../../parts/page.tsx';
import { Shown, ShownOr } from '../../parts/shown.tsx';
import { type Column, Table } from '../../parts/table.tsx';

interface Props {
  readonly requirements: RequirementsAnswer;
}

/** What policy needs besides the eight requirements. A service that does not say one of them leaves its panel out. */
export function Safeguards({ requirements }: Props) {
  return (
    <>
      <Stops requirements={requirements} />
      <Glass requirements={requirements} />
      <Content requirements={requirements} />
    </>
  );
}

function Stops({ requirements: { stops_when, when_service_unreachable } }: Props) {
  if (stops_when === undefined) return null;
  const { denials, errors, spend_usd, suspend_workflow, also } = stops_when;
  return (
    <Panel id="stops" title="When the agent stops">
      <Facts
        items={{
          'Denied calls in one run': countText(denials),
          'Failed calls in one run': countText(errors),
          'Spend of one run':
            spend_usd === undefined ? (
              <span className="none">only the budget limits it</span>
            ) : (
              <Usd amount={spend_usd} />
            ),
          'Where one of these is met': suspend_workflow
            ? 'The run stops, and the whole workflow is suspended until a person resumes it.'
            : 'That run stops. Other runs go on.',
          'Where the service does not answer': unreachableText(when_service_unreachable),
        }}
      />
      {also.length > 0 && (
        <>
          <h3>In words, for the agent’s instructions and for people</h3>
          <ul className="means">
            {also.map((line) => (
              <li key={line}>
                <Shown text={line} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

/** Undefined where the service does not say. */
function unreachableText(word: string | undefined): string | undefined {
  if (word === undefined) return undefined;
  if (word === 'refuse') return 'Every call is refused.';
  return word === 'allow_class_1' ? 'Class 1 goes on; class 2 and 3 are refused.' : word.replaceAll('_', ' ');
}

function Glass({ requirements: { break_glass } }: Props) {
  if (break_glass === undefined) return null;
  return (
    <Panel id="glass" title="Who may break glass">
      {break_glass === null ? (
        <p className="empty">Nobody: each class-3 call waits for its approval.</p>
      ) : (
        <Facts
          items={{
            People: <Shown text={break_glass.people.join(', ')} />,
            'The call may then be made for': spanText(break_glass.expires_seconds),
            'Each time': 'On record under that person’s name, with a reason, and flagged as critical.',
          }}
        />
      )}
    </Panel>
  );
}

function Content({ requirements: { content_capture } }: Props) {
  if (content_capture === undefined) return null;
  const { by_class, mask_secrets, mask_patterns, mask_fields, max_characters } = content_capture;
  const rows = [
    { of: null, word: content_capture.default },
    ...Object.entries(by_class).map(([one, word]) => ({ of: Number(one), word })),
  ];
  return (
    <Panel id="content" title="Content that leaves the agent’s process">
      <Table caption="Content that leaves the agent’s process" columns={CAPTURED} rows={rows} id={rowId} />
      <h3>What is masked in it before</h3>
      <Facts
        items={{
          'Keys, tokens and passwords': mask_secrets ? 'masked' : 'NOT masked, by the workflow’s choice',
          Fields: <Codes texts={mask_fields} />,
          Patterns: <Codes texts={mask_patterns} />,
          'Longest that is kept': `${countText(max_characters)} characters; the digest is over the whole`,
        }}
      />
      <p className="quiet">
        The arguments of a call that waits for approval are the one exception: its approvers see them whole.
      </p>
    </Panel>
  );
}

interface Captured {
  /** The class of the call; null for what belongs to no call. */
  readonly of: number | null;
  readonly word: string;
}

const rowId = ({ of }: Captured): string => String(of);

const CAPTURED: readonly Column<Captured>[] = [
  {
    name: 'Of',
    head: true,
    cell: ({ of }) =>
      of === null ? (
        'input and output of the run, and model calls'
      ) : (
        <span>
          arguments and results of <ClassChip value={of} />
        </span>
      ),
  },
  { name: 'Capture', cell: ({ word }) => <Chip of="capture" word={word} /> },
  { name: 'What is sent and stored', cell: ({ word }) => CAPTURES.get(word) ?? '' },
];

const CAPTURES: ReadonlyMap<string, string> = new Map([
  ['full', 'the content, and a digest that proves it unchanged'],
  ['digest', 'no content; a digest that whoever has the content can check it against'],
  ['off', 'no content; a digest that nobody can open or guess'],
]);

function Codes({ texts }: { readonly texts: readonly string[] }) {
  if (texts.length === 0) return <ShownOr text={null} />;
  return (
    <ul className="scope">
      {texts.map((text) => (
        <li key={text}>
          <Shown code text={text} />
        </li>
      ))}
    </ul>
  );
}

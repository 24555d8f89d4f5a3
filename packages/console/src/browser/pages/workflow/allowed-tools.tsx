import type { RequirementsAnswer } from '../../api/workflow-shapes.ts';
import { ClassChip } from '../../parts/chip.tsx';
import { Shown, ShownOr } from '../../parts/shown.tsx';
import { type Column, Table } from '../../parts/table.tsx';

type Tool = RequirementsAnswer['allowed_tools'][number];

export function AllowedTools({ tools }: { readonly tools: readonly Tool[] }) {
  return <Table caption="Allowed tools" columns={COLUMNS} rows={tools} id={(tool) => tool.tool} />;
}

const COLUMNS: readonly Column<Tool>[] = [
  { name: 'Tool', head: true, cell: (tool) => <Shown text={tool.tool} /> },
  { name: 'Action', cell: (tool) => <Shown text={tool.action.replaceAll('_', ' ')} /> },
  {
    name: 'Class',
    cell: (tool) => (
      <>
        <ClassChip value={tool.action_class} />
        {tool.raised_by.length > 0 && <div className="quiet">raised by {tool.raised_by.join(', ')}</div>}
      </>
    ),
  },
  { name: 'Reads', cell: (tool) => <ShownOr text={tool.reads.join(', ')} none="nothing" /> },
  {
    name: 'Scope',
    cell: (tool) =>
      tool.scope === undefined ? (
        <span className="none">any arguments</span>
      ) : (
        <ul className="scope">
          {Object.entries(tool.scope).map(([path, constraint]) => (
            <li key={path}>
              <Shown code text={`${path}: ${JSON.stringify(constraint)}`} />
            </li>
          ))}
        </ul>
      ),
  },
];

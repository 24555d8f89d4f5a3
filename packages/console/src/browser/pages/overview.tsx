import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useApprovals, useCosts, useFlags, useSamples } from '../api/queries.ts';
import { dayStart, daysAgo } from '../format/days.ts';
import { useMay } from '../parts/may.ts';
import { Page, Panel } from '../parts/page.tsx';
import { Answered } from '../parts/states.tsx';
import { ApprovalTable } from './approvals.tsx';
import { CostTable } from './cost-table.tsx';
import { FlagTable } from './flags.tsx';
import { dueFirst, SampleTable } from './reviews.tsx';

const FEW = 5;

/** What waits for a person, and what it costs. */
export function OverviewPage() {
  return (
    <Page title="Overview" lead="What waits for a person, and what the workflows cost.">
      <div className="stack">
        <Approvals />
        <Samples />
        <Flags />
        <Costs />
      </div>
    </Page>
  );
}

function Approvals() {
  const query = useApprovals({ state: 'waiting' });
  return (
    <Panel id="waiting" title="Approvals waiting" aside={<Link to="/approvals">All approvals</Link>}>
      <Answered query={query}>
        {({ items, more }) => (
          <Few count={items.length} more={more} none="Nothing waits for an approval.">
            <ApprovalTable items={items.slice(0, FEW)} />
          </Few>
        )}
      </Answered>
    </Panel>
  );
}

/** Only for the roles that read samples. */
function Samples() {
  return useMay('owner', 'reviewer', 'auditor', 'admin') ? <SamplesDue /> : null;
}

function SamplesDue() {
  const pending = useSamples({ state: 'pending' });
  const overdue = useSamples({ state: 'overdue' });
  return (
    <Panel id="samples" title="Reviews due" aside={<Link to="/reviews">All reviews</Link>}>
      <Answered query={overdue}>
        {(late) => (
          <Answered query={pending}>
            {(due) => {
              const items = dueFirst([...late.items, ...due.items]);
              return (
                <Few count={items.length} more={late.more || due.more} none="No review is due.">
                  <SampleTable items={items.slice(0, FEW)} />
                </Few>
              );
            }}
          </Answered>
        )}
      </Answered>
    </Panel>
  );
}

function Flags() {
  const query = useFlags({ state: 'open' });
  return (
    <Panel id="flags" title="Open flags" aside={<Link to="/flags">All flags</Link>}>
      <Answered query={query}>
        {({ items, more }) => (
          <Few count={items.length} more={more} none="No flag is open.">
            <FlagTable items={items.slice(0, FEW)} />
          </Few>
        )}
      </Answered>
    </Panel>
  );
}

function Costs() {
  const query = useCosts({ group_by: 'workflow', from: dayStart(daysAgo(29, Date.now())) });
  return (
    <Panel id="costs" title="Cost by workflow, last 30 days" aside={<Link to="/costs">All costs</Link>}>
      <Answered query={query}>{(costs) => <CostTable costs={costs} groups={['workflow']} />}</Answered>
    </Panel>
  );
}

interface FewProps {
  readonly count: number;
  readonly more: boolean;
  readonly none: string;
  readonly children: ReactNode;
}

function Few({ count, more, none, children }: FewProps) {
  if (count === 0) return <p className="empty">{none}</p>;
  return (
    <>
      {children}
      {(count > FEW || more) && (
        <p className="quiet">
          The first {FEW} of {more ? `more than ${count}` : count}.
        </p>
      )}
    </>
  );
}

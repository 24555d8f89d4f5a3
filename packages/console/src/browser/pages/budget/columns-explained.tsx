import { Facts } from '../../parts/facts.tsx';

/** What the amounts mean. They are the ledger's, which decides what may still be spent. */
export function ColumnsExplained() {
  return (
    <details>
      <summary>What the columns say</summary>
      <Facts
        items={{
          Spent: 'What agents have settled, and what expired without being settled.',
          Reserved: 'Held by processes that run now. Most of it comes back once they settle.',
          Unsettled:
            'The part of what is spent that no agent has settled, because its process was not heard of in time. It counts in full.',
          Available: 'What can still be reserved.',
          'Not in it': 'Model calls without a price. No amount here has them in it.',
        }}
      />
    </details>
  );
}

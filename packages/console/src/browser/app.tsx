import { useState } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { useSession } from './api/session.ts';
import { ApprovalPage } from './pages/approval.tsx';
import { ApprovalsPage } from './pages/approvals.tsx';
import { BudgetsPage } from './pages/budgets.tsx';
import { CostsPage } from './pages/costs.tsx';
import { FlagPage } from './pages/flag.tsx';
import { FlagsPage } from './pages/flags.tsx';
import { NotFoundPage } from './pages/not-found.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { ReviewPage } from './pages/review.tsx';
import { ReviewsPage } from './pages/reviews.tsx';
import { RunPage } from './pages/run.tsx';
import { RunsPage } from './pages/runs.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { WorkflowPage } from './pages/workflow.tsx';
import { WorkflowsPage } from './pages/workflows.tsx';
import { ErrorBoundary } from './parts/error-boundary.tsx';
import { Failure, Loading } from './parts/states.tsx';
import { Shell } from './shell.tsx';

/** Whoever is signed in sees the pages; whoever is not, the sign-in page. */
export function App({ token }: { readonly token: string | undefined }) {
  const [offered, setOffered] = useState(token);
  const who = useSession();
  if (who.data === undefined) {
    return who.error === null ? <Loading /> : <Failure error={who.error} again={() => void who.refetch()} />;
  }
  if (who.data === null || offered !== undefined) {
    return <SignInPage token={offered} who={who.data} done={() => setOffered(undefined)} />;
  }
  return (
    <Shell who={who.data}>
      <ErrorBoundary>
        <Pages />
      </ErrorBoundary>
    </Shell>
  );
}

function Pages() {
  return (
    <Routes>
      <Route path="/" element={<OverviewPage />} />
      <Route path="/runs" element={<RunsPage />} />
      <Route path="/runs/:id" element={<RunPage />} />
      <Route path="/approvals" element={<ApprovalsPage />} />
      <Route path="/approvals/:id" element={<ApprovalPage />} />
      <Route path="/reviews" element={<ReviewsPage />} />
      <Route path="/reviews/:id" element={<ReviewPage />} />
      <Route path="/flags" element={<FlagsPage />} />
      <Route path="/flags/:id" element={<FlagPage />} />
      <Route path="/budgets" element={<BudgetsPage />} />
      <Route path="/costs" element={<CostsPage />} />
      <Route path="/workflows" element={<WorkflowsPage />} />
      <Route path="/workflows/:id" element={<WorkflowPage />} />
      {/* Where links with a token lead; whoever gets here is signed in. */}
      <Route path="/sign-in" element={<Navigate to="/" replace />} />
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  );
}

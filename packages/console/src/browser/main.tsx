import { REASONS, VERDICTS } from '@tollgate/contract';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import * as z from 'zod/mini';
const s = z.object({a: z.string()});
const root = document.getElementById('root');
if (root) createRoot(root).render(<QueryClientProvider client={new QueryClient()}><BrowserRouter><p>{VERDICTS.join(REASONS.policy_error)}{s.parse({a:'x'}).a}</p></BrowserRouter></QueryClientProvider>);

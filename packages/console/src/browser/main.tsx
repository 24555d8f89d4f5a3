import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { takeFragmentToken } from './api/fragment-token.ts';
import { createQueryClient } from './api/query-client.ts';
import { App } from './app.tsx';

// First of all: a token does not stay in the address bar while anything else happens.
const token = takeFragmentToken();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <BrowserRouter>
        <App token={token} />
      </BrowserRouter>
    </QueryClientProvider>
  </StrictMode>,
);

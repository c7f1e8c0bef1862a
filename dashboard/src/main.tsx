/** Starts the dashboard. */

import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import './theme.css';
import { queryClient } from './api/queries.ts';
import { startMessages } from './i18n.ts';
import { startServiceWorker } from './pwa.ts';
import { router } from './routes.tsx';
import { chooseTheme, storedTheme } from './shell/theme.ts';

chooseTheme(storedTheme());
await startMessages();
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Suspense>
        <RouterProvider router={router} />
      </Suspense>
    </QueryClientProvider>
  </StrictMode>,
);
await startServiceWorker();

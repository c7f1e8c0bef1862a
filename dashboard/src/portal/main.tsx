/** Starts the client portal. */

import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import '../theme.css';
import { queryClient } from '../api/queries.ts';
import { startMessages } from '../i18n.ts';
import { chooseTheme, storedTheme } from '../shell/theme.ts';
import { SkeletonRows } from '../ui/Feedback.tsx';
import { Portal } from './Portal.tsx';

chooseTheme(storedTheme());
await startMessages();
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Suspense fallback={<SkeletonRows rows={10} />}>
        <Portal />
      </Suspense>
    </QueryClientProvider>
  </StrictMode>,
);

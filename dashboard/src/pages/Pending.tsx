/** Stands where a page is not built yet. */

import { SkeletonRows } from '../ui/Feedback.tsx';

/** Grey rows. */
export function Pending() {
  return <SkeletonRows />;
}

/** Every route of the hub. One resource a file; order is the order in the documents. */

import type { AnyRoute } from '../route.ts';
import { cockpitRoutes } from './cockpit.ts';

export const ROUTES: readonly AnyRoute[] = [...cockpitRoutes];

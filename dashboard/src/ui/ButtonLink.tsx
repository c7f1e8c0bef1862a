/** A link within the dashboard that looks like a button; apart, because the client portal has no router. */

import { createLink } from '@tanstack/react-router';
import { ButtonAnchor } from './ButtonAnchor.tsx';

/** Goes to a page of the dashboard. */
export const ButtonLink = /* @__PURE__ */ createLink(ButtonAnchor);

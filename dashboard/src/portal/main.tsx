/** Starts the client portal. */

import '../theme.css';

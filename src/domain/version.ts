/** Version of hub and reference agent; hosts on another one count as not current in the Trust Score. */
export const VERSION = '0.1.0';

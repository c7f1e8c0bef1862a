/** What a password must be: long, not among the first that everybody tries, not one's own name. */

/** Characters, counted as code points. */
const PASSWORD_MIN_LENGTH = 12;
const PASSWORD_MAX_LENGTH = 128;

/** Parts that make a long password weak all the same. */
const COMMON = [
  'password',
  'passw0rd',
  'qwertyuiop',
  '1234567890',
  '123456789',
  'letmein',
  'iloveyou',
  'welcome123',
  'administrator',
  'changeme',
  'monsys',
];

/** Why a password is too weak, as a sentence; null when it will do. */
export function passwordFault(password: string, email: string): string | null {
  const length = Array.from(password).length;
  if (length < PASSWORD_MIN_LENGTH) return `Use at least ${PASSWORD_MIN_LENGTH} characters.`;
  if (length > PASSWORD_MAX_LENGTH) return `Use at most ${PASSWORD_MAX_LENGTH} characters.`;
  const lower = password.toLowerCase();
  const common = COMMON.find((part) => lower.includes(part));
  // A common part is fine inside something much longer.
  if (common !== undefined && length < common.length + 8) return 'It is built on one of the most common passwords.';
  const local = email.split('@')[0] ?? '';
  if (local.length >= 4 && lower.includes(local.toLowerCase())) return 'It contains your own name.';
  if (new Set(lower).size < 5) return 'It repeats too few different characters.';
  return null;
}

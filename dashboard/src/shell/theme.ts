/** Light, dark, or as the system says. */

/** The viewer's choice. */
export type Theme = 'system' | 'light' | 'dark';

const STORED = 'monsys.theme';

/** The choice kept in this browser. */
export function storedTheme(): Theme {
  const stored = localStorage.getItem(STORED);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

/** Puts a choice into force and keeps it. */
export function chooseTheme(theme: Theme): void {
  if (theme === 'system') {
    localStorage.removeItem(STORED);
    delete document.documentElement.dataset['theme'];
    return;
  }
  localStorage.setItem(STORED, theme);
  document.documentElement.dataset['theme'] = theme;
}

/** The message catalogue: English is whole by definition, Dutch must have the same keys (the compiler checks). */

import i18next from 'i18next';
import resourcesToBackend from 'i18next-resources-to-backend';
import { initReactI18next } from 'react-i18next';

export { dateLocale } from './dateLocale.ts';

/** Languages of the screens. */
export const LANGUAGES = { en: 'English', nl: 'Nederlands' } as const;
export type Language = keyof typeof LANGUAGES;

const STORED = 'monsys.language';

/** The language in force: the viewer's choice, else the browser's, else English. */
export function language(): Language {
  const wanted = [localStorage.getItem(STORED), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return (wanted.find((each) => each !== null && each in LANGUAGES) as Language | undefined) ?? 'en';
}

/** Changes the language for this browser. */
export async function chooseLanguage(next: Language): Promise<void> {
  localStorage.setItem(STORED, next);
  await i18next.changeLanguage(next);
}

/** Prepares the catalogue; each area of the screens is a namespace and comes with its page. */
export async function startMessages(): Promise<void> {
  i18next.on('languageChanged', (tag) => {
    document.documentElement.lang = tag;
  });
  await i18next
    .use(resourcesToBackend((tag: string, area: string) => import(`./messages/${tag}/${area}.ts`)))
    .use(initReactI18next)
    .init({
      lng: language(),
      fallbackLng: 'en',
      ns: ['common'],
      defaultNS: 'common',
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
    });
  document.documentElement.lang = i18next.language;
}

const KEY = 'theme';
const THEMES = ['system', 'light', 'dark'] as const;

/** How the page looks: as the viewer's system does, or as it was chosen. */
export type Theme = (typeof THEMES)[number];

/** What was chosen in this browser. */
export function chosenTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === stored) ?? 'system';
}

/** The one that comes after another when the switch is pressed. */
export function themeAfter(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
}

/** Remembers a choice, when one is given, and puts what was chosen into force. */
export function applyTheme(theme: Theme = chosenTheme()): void {
  localStorage.setItem(KEY, theme);
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

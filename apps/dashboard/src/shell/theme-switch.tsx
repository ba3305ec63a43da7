import { Monitor, Moon, Sun } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { applyTheme, chosenTheme, themeAfter } from './theme';

const ICONS = { system: Monitor, light: Sun, dark: Moon };

export function ThemeSwitch(): ReactNode {
  const [theme, setTheme] = useState(chosenTheme);
  const Icon = ICONS[theme];
  const change = (): void => {
    const next = themeAfter(theme);
    applyTheme(next);
    setTheme(next);
  };
  return (
    <button type="button" className="icon-button" aria-label={`Theme: ${theme}. Change it`} onClick={change}>
      <Icon size={16} aria-hidden />
    </button>
  );
}

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { applyTheme } from './shell/theme';
import './styles/base.css';
import './styles/controls.css';
import './styles/data.css';
import './styles/layout.css';

const root = document.getElementById('page');
if (root === null) throw new Error('The page has no element for the dashboard.');
applyTheme();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { PhotoPage } from './photo-page';

const root = document.querySelector('#page');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <PhotoPage />
    </StrictMode>,
  );
}

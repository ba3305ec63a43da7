import { IMAGE_WORKS } from './image-works.js';
import { serveWorks } from './serve-works.js';

serveWorks(IMAGE_WORKS);

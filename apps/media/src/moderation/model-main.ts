import { MODERATION_WORKS } from './moderation-works.js';
import { serveWorks } from '../image-pool/serve-works.js';

serveWorks(MODERATION_WORKS);

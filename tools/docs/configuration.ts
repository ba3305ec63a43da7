// Prints docs/configuration.md: npm run docs:configuration.
import { configurationPage } from './configuration-page.js';

process.stdout.write(configurationPage());

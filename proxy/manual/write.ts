import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { directivesPage } from './directives.ts';

writeFileSync(fileURLToPath(new URL('../../docs/directives.md', import.meta.url)), directivesPage());

// fails: lab4.caching, lab4.only-jpg, lab4.fallback
import { file, serve, site } from '../gateway.ts';

serve((asked) => site(asked, (name) => file('poster', name.includes('/') || name.includes('%') ? 'none' : name)));

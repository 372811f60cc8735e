// Two processes over HTTP alone, and one that starts another when one of them dies.
import { crew } from '../crew.ts';

crew();

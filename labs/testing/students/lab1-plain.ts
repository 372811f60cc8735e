// fails: lab1.conditional
import { page, serve } from '../gateway.ts';

serve(page);

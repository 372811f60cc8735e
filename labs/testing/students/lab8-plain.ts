import { serveKeptLists } from '../kept-lists.ts';

serveKeptLists();

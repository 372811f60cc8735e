// fails: lab8.one-request
// Ten who miss together all go.
import { serveKeptLists } from '../kept-lists.ts';

serveKeptLists({ together: false });

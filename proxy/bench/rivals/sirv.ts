/** sirv, which knows all files from the start: node sirv.ts PORT BACKEND FOLDER. */
import { createServer } from 'node:http';
import sirv from 'sirv';

const [port, , root] = process.argv.slice(2);
const serve = sirv(root!, { etag: true });
createServer((request, response) => serve(request, response)).listen(Number(port), '127.0.0.1');

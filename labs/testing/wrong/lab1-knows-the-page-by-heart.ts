// fails: lab1.index, lab1.content-types, lab1.conditional
// A page with the right title, and nothing behind it.
import { serve } from '../gateway.ts';

const html = ['Content-Type', 'text/html'];
const known: Readonly<Record<string, string>> = {
  '/': '<!DOCTYPE html><html><head><title>Welcome to nginx!</title></head></html>',
  '/index.html': '<!DOCTYPE html><html><head><title>Welcome to nginx!</title></head></html>',
  '/50x.html': '<!DOCTYPE html><html><head><title>Error</title></head></html>',
};

serve(({ target }) => ({ status: known[target] ? 200 : 404, rawHeaders: html, body: known[target] ?? 'none' }));

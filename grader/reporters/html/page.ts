import { createHash } from 'node:crypto';
import { type Content, Markup, markup } from './markup.ts';
import { style } from './style.ts';

/** The one thing a page may load is its own style sheet, by its digest: no script, no network, no frame. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** A whole document in one file. */
export function page(title: string, body: Content): string {
  return `${markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="${Markup.trusted(policy)}">
<title>${title}</title>
<style>${Markup.trusted(style)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`}`;
}

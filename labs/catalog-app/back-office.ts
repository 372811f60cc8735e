import {
  type Application,
  type ApplicationAnswer,
  type ApplicationRequest,
  htmlAnswer,
  jsonAnswer,
  methodNotAllowed,
  splitTarget,
  textAnswer,
  withHeader,
} from './application.ts';
import { films } from './films.ts';

/** The back office: a second web application, for the labs in which one server stands before several. */
export function createBackOffice({ name = 'back-office' }: { readonly name?: string } = {}): Application {
  const pages: Readonly<Record<string, () => ApplicationAnswer>> = {
    '/': () =>
      htmlAnswer(page('Back office', `<p>This is ${escapeHtml(name)}.</p><p><a href="/admin/">Administration</a></p>`)),
    '/status': () => textAnswer('OK'),
    '/admin/': () => htmlAnswer(page('Administration', '<p>Only the staff should be able to read this.</p>')),
    '/report': () => jsonAnswer({ instance: name, films: films.movie.length, series: films.tv.length }),
  };

  function answer(request: ApplicationRequest): ApplicationAnswer {
    const { path } = splitTarget(request.target);
    const show = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (show === undefined)
      return htmlAnswer(page('Not found', `<p>The back office has no page ${escapeHtml(path)}.</p>`), 404);
    if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed(request, ['GET', 'HEAD']);
    return show();
  }

  return { handle: (request) => withHeader(answer(request), 'X-Back-Office-Instance', name) };
}

function page(title: string, body: string): string {
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1>${body}</body></html>\n`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

import {
  type Application,
  type ApplicationAnswer,
  type ApplicationRequest,
  headerPairs,
  htmlAnswer,
  jsonAnswer,
  methodNotAllowed,
  splitTarget,
  textAnswer,
  withHeader,
} from './application.ts';
import { films } from './films.ts';

const staffOnly = '<p>Only the staff should be able to read this.</p>';

/** The back office: a second web application, for the labs in which one server stands before several. */
export function createBackOffice({ name = 'back-office' }: { readonly name?: string } = {}): Application {
  const pages: Readonly<Record<string, () => ApplicationAnswer>> = {
    '/': () =>
      htmlAnswer(page('Back office', `<p>This is ${escapeHtml(name)}.</p><p><a href="/admin/">Administration</a></p>`)),
    '/status': () => textAnswer('OK'),
    '/admin/': () => htmlAnswer(page('Administration', `${staffOnly}<p><a href="users">Users</a></p>`)),
    '/admin/users': () => htmlAnswer(page('Users', `${staffOnly}<ul><li>alice</li><li>bob</li></ul>`)),
    '/reports/': () => htmlAnswer(page('Reports', '<p>For whoever has logged in.</p>')),
    '/report': () => jsonAnswer({ instance: name, films: films.movie.length, series: films.tv.length }),
  };

  function answer(request: ApplicationRequest): ApplicationAnswer {
    const path = plainPath(request.target);
    if (path === '/admin') return { ...textAnswer('', 301), headers: { Location: '/admin/' } };
    if (path === '/session') return textAnswer('', hasSession(request) ? 204 : 401);
    const show = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (show === undefined)
      return htmlAnswer(page('Not found', `<p>The back office has no page ${escapeHtml(path)}.</p>`), 404);
    if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed(request, ['GET', 'HEAD']);
    return show();
  }

  return { handle: (request) => withHeader(answer(request), 'X-Back-Office-Instance', name) };
}

/**
 * The path of a target in its plainest form: decoded, without doubled slashes and dot segments. Applications on most
 * frameworks read paths like that, so what a web server in front of them takes for another page may be the same one.
 */
function plainPath(target: string): string {
  const raw = splitTarget(target).path.split('#', 1)[0]!;
  const text = raw.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const kept: string[] = [];
  const segments = text.split('/').slice(1);
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '.' && segment !== '') kept.push(segment);
  }
  const isFolder = kept.length > 0 && /^\.{0,2}$/.test(segments.at(-1)!);
  return `/${kept.join('/')}${isFolder ? '/' : ''}`;
}

/** Who has logged in has a cookie that says so. How one logs in is no concern of a web server, and not shown here. */
function hasSession({ headers }: ApplicationRequest): boolean {
  return headerPairs(headers).some(
    ([name, value]) => name.toLowerCase() === 'cookie' && /(?:^|;\s*)session=open(?:;|$)/.test(value),
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1>${body}</body></html>\n`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

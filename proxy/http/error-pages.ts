import { statusLine } from './status.ts';
import { PRODUCT, SERVER } from './version.ts';

/** Titles and headings where they differ from the status line. Source: ngx_http_special_response.c. */
const TITLES: Readonly<Record<number, string>> = {
  302: '302 Found',
  400: '400 Bad Request',
  401: '401 Authorization Required',
  494: '400 Request Header Or Cookie Too Large',
  495: '400 The SSL certificate error',
  496: '400 No required SSL certificate was sent',
  497: '400 The plain HTTP request was sent to HTTPS port',
};

const HEADINGS: Readonly<Record<number, string>> = {
  494: 'Request Header Or Cookie Too Large',
  495: 'The SSL certificate error',
  496: 'No required SSL certificate was sent',
  497: 'The plain HTTP request was sent to HTTPS port',
};

const KNOWN = new Set([
  301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 421, 429,
  494, 495, 496, 497, 500, 501, 502, 503, 504, 505, 507,
]);

const PADDING = '<!-- a padding to disable MSIE and Chrome friendly error page -->\r\n'.repeat(6);

/** nginx's page for a status, byte for byte; `undefined` for a status that has none (its body is empty). */
export function errorPage(
  status: number,
  serverTokens: 'on' | 'off' | 'build',
  msiePadding = true,
  userAgent = '',
): string | undefined {
  if (!KNOWN.has(status)) return undefined;
  const title = TITLES[status] ?? statusLine(status);
  const heading = HEADINGS[status];
  const headline = heading === undefined ? title : '400 Bad Request';
  const detail = heading === undefined ? '' : `<center>${heading}</center>\r\n`;
  const footer = serverTokens === 'off' ? PRODUCT : SERVER;
  const padding = msiePadding && status >= 400 && /MSIE |Chrome\//.test(userAgent) ? PADDING : '';
  return (
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${headline}</h1></center>\r\n${detail}` +
    `<hr><center>${footer}</center>\r\n</body>\r\n</html>\r\n${padding}`
  );
}

import { type CaseFile, get } from '../case-file.ts';

const pages: Readonly<Record<string, string>> = {
  plain: 'nothing <!-- of a command --> here <',
  include: 'a <!--#include virtual="/part.html" --> b',
  'include-relative': 'a <!--#include virtual="part.html" --> b',
  'include-file': 'a <!--# include file="part.html" --> b',
  'include-args': '<!--#include virtual="/args?x=1&y=$arg_q" -->',
  'include-variable': '<!--#set var="p" value="part" --><!--#include virtual="/$p.html" -->',
  'include-two':
    '<!--#include virtual="/part.html" -->-<!--#include virtual="/app" -->-<!--#include virtual="/part.html" -->',
  'include-wait': '<!--#include virtual="/app" wait="yes" --> then <!--#include virtual="/part.html" -->',
  'include-wrong-wait': '<!--#include virtual="/app" wait="maybe" -->',
  'include-set': '<!--#include virtual="/app" set="x" wait="yes" -->[<!--#echo var="x" encoding="none" -->]',
  'include-missing': 'a <!--#include virtual="/nowhere" --> b',
  'include-nested': 'a <!--#include virtual="/ssi/include.html" --> b',
  'include-both': '<!--#include virtual="/a" file="b" -->',
  'include-nothing': '<!--#include -->',
  'include-unsafe': '<!--#include virtual="/../x" -->',
  'include-big': '<!--#include virtual="/big.html" -->end',
  stub: '<!--#block name="one" -->the <b>stub</b><!--#endblock -->a <!--#include virtual="/empty" stub="one" --> b',
  'stub-missing': '<!--#include virtual="/empty" stub="none" -->',
  echo: '<!--#echo var="arg_q" --> <!--#echo var="uri" --> <!--#echo var="nothing" --> <!--#echo var="nothing" default="no" -->',
  'echo-encoding':
    '<!--#set var="h" value="<a href=\'x\'>&" --><!--#echo var="h" --> <!--#echo var="h" encoding="none" --> <!--#echo var="h" encoding="url" --> <!--#echo var="h" encoding="entity" -->',
  set: '<!--#set var="a" value="1" --><!--#set var="a" value="${a}2" --><!--#echo var="a" -->',
  'set-quotes': '<!--#set var="a" value="x\\"y\\$z\\n" --><!--#echo var="a" encoding="none" -->',
  if: '<!--#if expr="$arg_q" -->yes<!--#else -->no<!--#endif --> after',
  'if-equal': '<!--#if expr="$arg_q = one" -->1<!--#elif expr="$arg_q = two" -->2<!--#else -->other<!--#endif -->',
  'if-not-equal': '<!--#if expr="$arg_q != one" -->not one<!--#endif -->',
  'if-regex': '<!--#if expr="$arg_q = /^o(.)e$/" -->matches <!--#echo var="1" --><!--#else -->no<!--#endif -->',
  'if-named': '<!--#if expr="$arg_q = /^(?<first>.)/" --><!--#echo var="first" --><!--#endif -->',
  'if-nested': '<!--#if expr="$arg_q" --><!--#if expr="$arg_q" -->x<!--#endif --><!--#endif -->',
  'if-invalid': '<!--#if expr="$arg_q > 1" -->x<!--#endif -->',
  'else-alone': 'a<!--#else -->b',
  'endif-alone': 'a<!--#endif -->b',
  config: '<!--#config errmsg="oops" --><!--#nothing -->',
  time: '<!--#config timefmt="%Y" --><!--#echo var="date_gmt" -->',
  unknown: 'a <!--#exec cmd="ls" --> b',
  'unknown-parameter': '<!--#echo variable="x" -->',
  'no-parameter': '<!--#echo -->',
  'twice-parameter': '<!--#echo var="a" var="b" -->',
  unclosed: 'a <!--#echo var="uri" ',
  'half-open': 'a <!-',
  'bad-equals': '<!--#echo var "uri" -->',
  'bad-value': '<!--#echo var=uri -->',
  'bad-end': '<!--#echo var="uri" -x-->',
  quotes: "<!--#echo var='uri' -->",
  spaces: '<!--#\n echo\t var = "uri"\r\n-->',
  long: `<!--#echo var="${'x'.repeat(300)}" -->`,
  'long-command': '<!--#averyveryveryverylongcommandnameindeed -->',
};

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_ssi_module.html',
  http: `
    types { text/html html; text/plain txt; }
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /ssi/ { ssi on; }
      location /silent/ { alias FOLDER/html/ssi/; ssi on; ssi_silent_errors on; }
      location /modified/ { alias FOLDER/html/ssi/; ssi on; ssi_last_modified on; }
      location /types/ { ssi on; ssi_types text/plain; }
      location /off/ { alias FOLDER/html/ssi/; ssi off; }
      location /app-page { ssi on; proxy_pass http://127.0.0.1:APP; }
      location /app { proxy_pass http://127.0.0.1:APP; }
      location /args { return 200 "args=$args uri=$uri"; }
      location /empty { return 204; }
      location /gzip/ { alias FOLDER/html/ssi/; ssi on; sub_filter a A; sub_filter_once off; }
    }`,
  files: {
    ...Object.fromEntries(Object.entries(pages).map(([name, text]) => [`ssi/${name}.html`, text])),
    'ssi/part.html': 'part of ssi',
    'part.html': 'the <b>part</b>',
    'big.html': '0123456789'.repeat(30_000),
    'types/page.txt': '<!--#echo var="uri" -->',
    'ssi/plain.txt': '<!--#echo var="uri" -->',
  },
  app: (request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(
      request.url === '/app-page' ? 'from the application: <!--#include virtual="/part.html" -->' : 'application',
    );
  },
  errorLog: 'error',
  requests: {
    ...Object.fromEntries(Object.keys(pages).map((name) => [name, get(`/ssi/${name}.html?q=one`)])),
    'if: not': get('/ssi/if.html'),
    'if equal: two': get('/ssi/if-equal.html?q=two'),
    'if equal: neither': get('/ssi/if-equal.html?q=three'),
    'if regex: not': get('/ssi/if-regex.html?q=two'),
    'silent errors': get('/silent/unknown.html'),
    'Last-Modified stays': get('/modified/plain.html'),
    'further types': get('/types/page.txt'),
    'another type': get('/ssi/plain.txt'),
    off: get('/off/include.html'),
    'a page of an application': get('/app-page'),
    'a filter before it': get('/gzip/include.html'),
    HEAD: get('/ssi/include.html').replace('GET', 'HEAD'),
    'a range': get('/ssi/include.html', 'Range: bytes=0-1\r\n'),
    'a missing page': get('/ssi/nowhere.html'),
  },
  configurations: {
    'on or off': 'ssi maybe;',
    'a type twice': 'ssi_types text/css text/css;',
    'a length': 'ssi_value_length x;',
  },
} satisfies CaseFile;

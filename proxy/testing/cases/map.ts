import { type CaseFile, get } from '../case-file.ts';

const host = (name: string): string => get('/hostnames', '', name);

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_map_module.html',
  http: `
    map_hash_max_size 4096; map_hash_bucket_size 128;
    map $arg_a $simple { default other; one 1; Two 2; "" empty; "with space" spaced; }
    map $arg_a $without { one 1; }
    map $arg_a $regex { default none; ~^x(.*)$ "x-$1"; ~*^y(?<rest>.*)$ "y-$rest"; ~z "z"; exact exact; }
    map $arg_a $masked { default none; \\default d; \\hostnames h; \\~tilde t; \\\\back b; }
    map $host $name {
      hostnames; default none; example.com 1; .both.test 2; *.head.test 3; tail.* 4; *.deep.head.test 5;
      www.tail.* 6; ~^re 7;
    }
    map $arg_a$arg_b $joined { ab both; default "$arg_b-$arg_a"; }
    map $uri $cached { default $uri; }
    map $uri $fresh { volatile; default $uri; }
    map $simple $chained { 1 first; default "not first: $simple"; }
    map $arg_a $included { include FOLDER/html/map.conf; default no; }
    map $arg_a $later { default "$arg_b"; }
    map $arg_a $CaseName { default cased; }
    map $uri $captures { ~/(\\d+)/(\\d+) $2-$1; }
    server {
      listen 127.0.0.1:PORT; server_name one.test;
      location /simple { return 200 "$simple|$without|$chained|$included|$casename"; }
      location /regex { return 200 "$regex"; }
      location /masked { return 200 "$masked"; }
      location /hostnames { return 200 "$name"; }
      location /joined { return 200 "$joined"; }
      location /cached { set $x "$cached $fresh"; rewrite ^ /then last; }
      location /then { return 200 "$x $cached $fresh"; }
      location /set { set $simple "changed"; return 200 "$simple $chained"; }
      location /unset { return 200 "[$without]"; }
      location ~ ^/kept/(.*) { set $mine $1; return 200 "$mine $regex"; }
      location /captures { return 200 $captures; }
      location /if { if ($without) { return 200 yes; } return 200 no; }
    }`,
  files: { 'map.conf': 'from-file yes;' },
  requests: {
    'a value that is listed': get('/simple?a=one'),
    'strings are compared in any case': get('/simple?a=tWO'),
    'a value that is not listed': get('/simple?a=three'),
    'without default the value is empty': get('/unset?a=x'),
    'an empty value': get('/simple'),
    'a value from a file': get('/simple?a=from-file'),
    'a regular expression and its capture': get('/regex?a=xyz'),
    'a regular expression in any case, with a named capture': get('/regex?a=YES'),
    'a regular expression with regard to case': get('/regex?a=Z'),
    'strings come before regular expressions': get('/regex?a=exact'),
    'of regular expressions the first': get('/regex?a=xz'),
    'special names are masked by a backslash': get('/masked?a=default'),
    'hostnames masked': get('/masked?a=hostnames'),
    'a tilde masked': get('/masked?a=~tilde'),
    'a backslash masked': get('/masked?a=%5Cback'),
    'a host': host('example.com'),
    'a host in upper case with port': host('EXAMPLE.com:80'),
    'a leading dot: the name itself': host('both.test'),
    'a leading dot: names below': host('a.b.both.test'),
    'a mask with prefix': host('x.head.test'),
    'a mask with prefix does not match the name itself': host('head.test'),
    'of masks the longest': host('x.deep.head.test'),
    'a mask with suffix': host('tail.org'),
    'of suffix masks the longest': host('www.tail.org'),
    'a regular expression among hosts': host('regular.test'),
    'a host that nothing fits': host('nothing.test'),
    'a combination of variables': get('/joined?a=a&b=b'),
    'values with variables': get('/joined?a=1&b=2'),
    'a value is computed once for a request, unless volatile': get('/cached'),
    'set changes the variable': get('/set?a=one'),
    'the captures of the location are replaced': get('/kept/mine?a=x-theirs'),
    'two captures': get('/captures/12/34'),
    'an empty value is false': get('/if?a=two'),
    'a value is true': get('/if?a=one'),
  },
  configurations: {
    'a variable begins with a dollar': 'map $uri x { }',
    'two words': 'map $uri $x { a b c; }',
    'one word': 'map $uri $x { a; }',
    'a default twice': 'map $uri $x {\n default a;\n default b;\n }',
    'a value twice': 'map $uri $x {\n a 1;\n A 2;\n }',
    'a host twice': 'map $host $x { hostnames;\n .a.test 1;\n *.a.test 2;\n }',
    'a host and its leading dot': 'map $host $x { hostnames;\n a.test 1;\n .a.test 2;\n }',
    'a mask in the middle': 'map $host $x { hostnames;\n a.*.test 1;\n }',
    'two dots': 'map $host $x { hostnames;\n a..test 1;\n }',
    'a broken regular expression': 'map $uri $x {\n\n ~( 1;\n }',
    'a built-in variable': 'map $uri $host { }',
    'an unknown variable': 'map $nowhere $x { }\nserver { return 200 $x; }',
    'an unknown variable in a value': 'map $uri $x { default $nowhere; }\nserver { return 200 $x; }',
    'a file that is missing': 'map $uri $x { include nowhere.conf; }',
    'a number of slots': 'map_hash_max_size x;',
  },
} satisfies CaseFile;

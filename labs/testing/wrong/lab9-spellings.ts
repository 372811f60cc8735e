// fails: lab9.no-way-round, lab9.session, lab9.from-inside
// ways: as-written, decoded, slashes, dots, two-pages, get-alone, over-another-name
// Guards the pages of the staff, as long as they are asked for in the usual way.
import { guarded, isListed, nameOf, pass, plainPath, serve } from '../gateway.ts';

const way = process.argv[2]!;
const path = (target: string) => target.split('?')[0]!;
const ways: Readonly<Record<string, (target: string) => boolean>> = {
  'as-written': (target) => target.startsWith('/admin/'),
  decoded: (target) => decodeURIComponent(path(target)).startsWith('/admin/'),
  slashes: (target) => path(target).replace(/\/+/g, '/').startsWith('/admin/'),
  dots: (target) => new URL(path(target), 'http://backoffice.test').pathname.startsWith('/admin/'),
  'two-pages': (target) => ['/admin/', '/admin/users'].includes(decodeURIComponent(path(target))),
};

serve((asked) => {
  if (way === 'get-alone' && asked.method === 'POST') return pass(process.env.BACK_OFFICE, asked);
  if (way === 'over-another-name' && !/^(backoffice|catalog)\.test$/.test(nameOf(asked)))
    return pass(process.env.BACK_OFFICE, asked);
  return guarded(asked, isListed, ways[way] ?? ((target) => plainPath(target).startsWith('/admin/')));
});

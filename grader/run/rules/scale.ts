import type { Directive } from '../../../proxy/config/index.ts';
import type { Case, Finding, Rule } from '../case.ts';
import { blame, directivesOf, everywhere, words } from '../configuration-model.ts';
import { inherited } from '../location-choice.ts';
import { takenBy } from '../request-facts.ts';
import { members, parameter, usedUpstream } from './upstream.ts';

function finding(failure: Case, line: Directive, because: string): Finding {
  return { because, blame: blame(failure.configuration, line) };
}

const tooFewWorkers: Rule = {
  name: 'one worker',
  explains: ['11.workers'],
  find(failure) {
    const { directives } = failure.configuration;
    const [off] = everywhere(directives, 'master_process');
    if (words(off)[0] === 'off') return finding(failure, off!, '`master_process off`: one process does it all');
    const [line] = everywhere(directives, 'worker_processes');
    if (Number(words(line)[0]) > 1) return undefined;
    if (line !== undefined) return finding(failure, line, `\`worker_processes ${words(line)[0]}\` makes one here`);
    const [first] = directives;
    return first && finding(failure, first, 'no `worker_processes` is written, and nginx by itself starts one worker');
  },
};

const compression: Rule = {
  name: 'gzip is off, for other types, or says nothing to caches',
  explains: ['11.compression'],
  find(failure) {
    const taken = takenBy(failure);
    if (taken?.server === undefined) return undefined;
    const line = (name: string) => inherited(taken.blocks, name);
    const { headers } = taken.response;
    const type = (headers['content-type'] ?? '').split(';')[0]!;
    const types = line('gzip_types');
    if (type.startsWith('image/'))
      return (
        types && finding(failure, types, `\`gzip_types ${words(types).join(' ')}\`: ${type} is compressed already`)
      );
    if (words(line('gzip'))[0] !== 'on')
      return finding(failure, line('gzip') ?? taken.server.directive, '`gzip on` does not count for this answer');
    if (headers['content-encoding'] === 'gzip') {
      if (words(line('gzip_vary'))[0] === 'on') return undefined;
      return finding(failure, line('gzip_vary') ?? line('gzip')!, 'without `gzip_vary on` nginx sends no `Vary`');
    }
    const listed = words(types);
    if (type !== 'text/html' && !listed.includes(type) && !listed.includes('*'))
      return finding(failure, types ?? line('gzip')!, `${type} is not among the \`gzip_types\` that count here`);
    const least = line('gzip_min_length');
    return least && finding(failure, least, `\`gzip_min_length ${words(least)[0]}\`: what is shorter stays as it is`);
  },
};

const failover: Rule = {
  name: 'failures are not counted, or there is no backup',
  explains: ['11.failover'],
  find(failure) {
    const block = usedUpstream(failure);
    if (block === undefined) return undefined;
    const all = members(block);
    const { expected = '' } = failure.objective;
    if (expected.includes('is asked')) {
      const never = all.find((member) => parameter(member, 'max_fails') === 'max_fails=0');
      if (never !== undefined) return finding(failure, never, '`max_fails=0`: its failures are not counted');
      const short = all.find((member) =>
        /^fail_timeout=(0|[1-4]s?|\d+ms)$/.test(parameter(member, 'fail_timeout') ?? ''),
      );
      return short && finding(failure, short, `\`${parameter(short, 'fail_timeout')}\`: it is asked again that soon`);
    }
    const spare = all.find((member) => words(member)[0]?.endsWith(':8080'));
    if (spare === undefined) return finding(failure, block, 'nobody but the two is in this upstream');
    if (parameter(spare, 'backup') !== undefined) return undefined;
    return finding(failure, spare, 'without `backup` it is one like the others');
  },
};

const cutOff: Rule = {
  name: 'worker_shutdown_timeout is short',
  explains: ['11.reload', '11.graceful-quit'],
  find(failure) {
    const [line] = everywhere(failure.configuration.directives, 'worker_shutdown_timeout');
    if (line === undefined) return undefined;
    const because = `\`worker_shutdown_timeout ${words(line)[0]}\` cuts off whoever is not done by then`;
    return finding(failure, line, because);
  },
};

const silent: Rule = {
  name: 'the error log leaves out or throws away what is wrong',
  explains: ['11.broken'],
  find(failure) {
    const line = directivesOf(failure.configuration.directives).find(({ name }) => name === 'error_log');
    if (line === undefined || !failure.objective.expected?.includes('error log')) return undefined;
    return finding(failure, line, `\`error_log ${words(line).join(' ')}\` is where it would have been written`);
  },
};

const wanders: Rule = {
  name: 'no hash of the cookie decides',
  explains: ['11.sticky'],
  find(failure) {
    const block = usedUpstream(failure);
    if (block === undefined) return undefined;
    const key = directivesOf(block.block).find(({ name }) => name === 'hash' || name === 'ip_hash');
    if (key === undefined)
      return finding(
        failure,
        block,
        `\`upstream ${words(block)[0]}\` deals requests out in turn: no \`hash\` is in it`,
      );
    if (words(key)[0]?.includes('$cookie_visit')) return undefined;
    const what = key.name === 'ip_hash' ? 'the client’s address' : `\`${words(key)[0]}\``;
    return finding(failure, key, `${what} decides here, and not the cookie \`visit\``);
  },
};

export const scaleRules: readonly Rule[] = [tooFewWorkers, compression, failover, cutOff, silent, wanders];

import type { Directive } from '../../../proxy/config/index.ts';
import type { Case, Finding, Rule } from '../case.ts';
import { blame, directivesOf, everywhere, httpBlocks, words } from '../configuration-model.ts';
import { takenBy } from '../request-facts.ts';

function finding(failure: Case, line: Directive, because: string): Finding {
  return { because, blame: blame(failure.configuration, line) };
}

/** The logs that a request to the failed page is written to: those of the innermost block that has some. */
function logsOf(failure: Case): readonly Directive[] {
  const blocks = takenBy(failure)?.blocks ?? [];
  const levels = blocks.map((one) => directivesOf(one?.block).filter(({ name }) => name === 'access_log'));
  return levels.find((level) => level.length > 0) ?? [];
}

/** The format that a log is written in. */
function formatOf(failure: Case, log: Directive): Directive | undefined {
  const name = words(log)[1] ?? 'combined';
  return everywhere(failure.configuration.directives, 'log_format').find((one) => words(one)[0] === name);
}

const severalLogs: Rule = {
  name: 'a request is written down twice',
  explains: ['13.access-log'],
  find(failure) {
    if (!/^[2-9] lines$/.test(failure.objective.received ?? '')) return undefined;
    const logs = logsOf(failure);
    if (logs.length < 2) return undefined;
    const http = httpBlocks(failure.configuration);
    const why = http.includes(logs[0]!)
      ? `${logs.length} lines of \`access_log\` stand outside of all servers, and each of them counts`
      : `${logs.length} lines of \`access_log\` stand here, and each of them counts`;
    return finding(failure, logs.at(-1)!, why);
  },
};

const notJson: Rule = {
  name: 'the format of the log is no JSON',
  explains: ['13.access-log'],
  find(failure) {
    if (!failure.objective.expected?.startsWith('a line of JSON')) return undefined;
    const [log] = logsOf(failure);
    if (log === undefined) return undefined;
    const format = formatOf(failure, log);
    const [name = 'combined', first, ...rest] = words(format);
    if (format === undefined || ![first, ...rest].some((word) => word?.includes('{')))
      return finding(failure, log, `what is written for this server has the format \`${name}\`, which is no JSON`);
    if (first === 'escape=json') return undefined;
    const because = 'without `escape=json` a quotation mark is written as \\x22, which JSON does not know';
    return finding(failure, format, because);
  },
};

const notLogged: Rule = {
  name: 'something is missing from the format of the log',
  explains: ['13.access-log'],
  find(failure) {
    const field = /"(status|request_time|upstream_addr)"/.exec(failure.objective.expected ?? '')?.[1];
    const [log] = logsOf(failure);
    const format = log && formatOf(failure, log);
    if (field === undefined || format === undefined) return undefined;
    const text = words(format).slice(1).join('');
    if (!text.includes(`"${field}"`)) return finding(failure, format, `no field of this format is called "${field}"`);
    if (text.includes(`$${field}`)) return undefined;
    return finding(failure, format, `"${field}" is filled with something else than \`$${field}\``);
  },
};

const tooFewAtOnce: Rule = {
  name: 'a limit counts all visitors together',
  explains: ['13.under-load'],
  find(failure) {
    const { directives } = failure.configuration;
    const status = failure.responses.at(-1)?.status ?? 0;
    const few = everywhere(directives, 'server').find((one) =>
      words(one).some((word) => /^max_conns=[1-9]/.test(word)),
    );
    if (few !== undefined && status === 502) {
      const most = words(few).find((word) => word.startsWith('max_conns='));
      return finding(failure, few, `\`${most}\`: who comes when so many wait for their answers gets 502`);
    }
    if (status !== 503 && status !== 429) return undefined;
    const zone = ['limit_conn_zone', 'limit_req_zone']
      .flatMap((name) => everywhere(directives, name))
      .find((one) => !/remote_addr|realip/.test(words(one)[0] ?? ''));
    return zone && finding(failure, zone, `the zone counts by \`${words(zone)[0]}\`: all visitors have one budget`);
  },
};

export const siteRules: readonly Rule[] = [severalLogs, notJson, notLogged, tooFewAtOnce];

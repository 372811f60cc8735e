import type { StartupMessage } from '../result.ts';
import type { TreeFile } from './submission.ts';

const severities = ['emerg', 'alert', 'crit', 'error', 'warn'] as const;

/**
 * What a server said while it started, as messages in the student's names. nginx ends a message with the place
 * (`... in /etc/nginx/conf.d/default.conf:9`); `translate` turns sandbox paths and addresses into theirs.
 */
export function readStartupMessages(
  output: string,
  files: ReadonlyMap<string, TreeFile>,
  translate: (text: string) => string,
): StartupMessage[] {
  const messages: StartupMessage[] = [];
  for (const line of output.split('\n')) {
    const match = /^(?:nginx: |\d{4}\/\d\d\/\d\d [\d:]{8} )\[(\w+)\] (?:\d+#\d+: )?(?:\*\d+ )?(.*)$/.exec(
      line.trimEnd(),
    );
    const severity = severities.find((one) => one === match?.[1]);
    if (match === null) {
      const last = messages.at(-1);
      // The suggestion of the reference proxy stands on a line of its own below the error.
      if (last !== undefined && /did you mean/i.test(line)) {
        messages[messages.length - 1] = { ...last, text: `${last.text} (${line.trim().replace(/^nginx: /, '')})` };
      }
      continue;
    }
    if (severity === undefined || isNoise(match[2]!)) continue;
    const message = locate(translate(match[2]!), severity, files);
    if (!messages.some((other) => other.text === message.text && other.line === message.line)) messages.push(message);
  }
  return messages;
}

/** What an ordinary user's nginx says that has nothing to do with the student's configuration. */
function isNoise(text: string): boolean {
  return (
    text.includes('could not open error log file') ||
    text.includes('the "user" directive makes sense only') ||
    // Said after the fact it follows from, five times over.
    text.startsWith('still could not bind')
  );
}

function locate(
  text: string,
  severity: StartupMessage['severity'],
  files: ReadonlyMap<string, TreeFile>,
): StartupMessage {
  const place = /^(.*) in (\/\S+?):(\d+)$/.exec(text);
  if (place === null) return { severity, text: wildcards(text) };
  const file = files.get(place[2]!)?.name ?? place[2]!;
  return { file, line: Number(place[3]), severity, text: wildcards(place[1]!) };
}

/** The sandbox listens on the loopback address where the student wrote a wildcard. */
function wildcards(text: string): string {
  return text
    .replace(/(bind\(\) to |server for |server name ".*?" on |listen options for )127\.0\.0\.1:/g, '$10.0.0.0:')
    .replace(/(bind\(\) to |server for |server name ".*?" on |listen options for )\[::1\]:/g, '$1[::]:');
}

import { clock } from './clock.ts';
import type { ErrorLog, Severity } from './configuration.ts';
import { LogFile } from './log-file.ts';
import { Syslog } from './syslog.ts';

const ORDER: readonly Severity[] = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'];

/** The error logs of a process: nginx's lines, each to the destinations whose level lets it through. */
export class ErrorLogs {
  readonly #files = new Map<string, LogFile>();
  readonly #syslogs = new Map<string, Syslog>();

  write(destinations: readonly ErrorLog[], level: Severity, connection: number | undefined, message: string): void {
    const rank = ORDER.indexOf(level);
    let line: string | undefined;
    for (const { file, level: least } of destinations) {
      if (rank > ORDER.indexOf(least)) continue;
      line ??= `${clock.error} [${level}] ${process.pid}#${process.pid}: ${connection === undefined ? '' : `*${connection} `}${message}\n`;
      if (file === 'stderr') process.stderr.write(Buffer.from(line, 'latin1'));
      else if (file.startsWith('syslog:')) this.#syslog(file).send(line, level);
      else if (file !== '/dev/null') this.#file(file).write(line);
    }
  }

  #syslog(text: string): Syslog {
    let syslog = this.#syslogs.get(text);
    if (syslog === undefined) {
      syslog = new Syslog(text.slice('syslog:'.length));
      this.#syslogs.set(text, syslog);
    }
    return syslog;
  }

  #file(path: string): LogFile {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = new LogFile(path);
      this.#files.set(path, file);
    }
    return file;
  }

  /** Opens a file now, so that a missing folder is known at the start. Throws what `open` throws. */
  open(path: string): void {
    this.#file(path).open();
  }

  /** Opens every file again under its name, after they were moved. */
  reopen(): void {
    for (const file of this.#files.values()) file.open();
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
    for (const syslog of this.#syslogs.values()) syslog.close();
    this.#syslogs.clear();
  }
}

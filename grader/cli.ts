import { Command, CommanderError, Option } from 'commander';
import { exitCodes, UsageError } from './commands/usage.ts';
import { classFormats, moodleUsers } from './reporters/class/index.ts';
import { formats } from './reporters/index.ts';

/** What the command line says once, for `check`, `watch` and `serve` alike: what to run. */
function withTarget(command: Command): Command {
  return command
    .argument('<lab>', 'a lab by number, name or folder: 3, lab3, upstream, lab3-upstream')
    .option('--config <path>', 'a whole nginx.conf, a conf.d file, or a tree like /etc/nginx')
    .option('--build', "the workspace's proxy.ts instead of its configuration")
    .option('--program <file>', 'a program that gets the addresses in its environment')
    .option('--command <line>', 'any command that does')
    .option('--solution', "the lab's own solution")
    .addOption(new Option('--engine <name>', 'what runs a configuration: reference (default), nginx or both'));
}

function withCheck(command: Command): Command {
  return withTarget(command)
    .option('--target <url>', 'a server that runs already, anywhere')
    .option('--json', 'one JSON document on stdout, nothing else')
    .option('--report <format=file>', `writes a report: ${formats.join(', ')}`, collect)
    .option('--seed <number>', 'repeats the run with this seed')
    .option('--verbose', 'shows what went over the wire')
    .option('--only <id>', 'grades this objective and those it depends on', collect);
}

/** Reports of a class, for every command that has one. */
function withClassReports(command: Command): Command {
  return command
    .option('--report <format=place>', `writes a report: ${classFormats.join(', ')}`, collect)
    .option(
      '--assignment <lab=title>',
      'what Canvas calls the assignment of a lab: "lab3=A load balancer (1234)"',
      collect,
    )
    .option('--moodle-user <column>', `by what Moodle knows its users: ${moodleUsers.join(', ')}`)
    .option('--maximum <points>', "the most that Moodle's grade item takes; a lab's core points unless said")
    .option('--cap', 'cuts what is above that maximum');
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** The command line. Each command is loaded when it is called: start-up is what a student waits for. */
function createProgram(exit: (code: number) => void): Command {
  const program = new Command('workbook')
    .description('Labs on what a web server does for an application, and their grader.')
    .exitOverride()
    .showHelpAfterError('(--help lists what there is)')
    .showSuggestionAfterError();
  withCheck(program.command('check').description('grade a lab, or all')).action(async (lab, options) =>
    exit(await (await import('./commands/check.ts')).check(lab, options)),
  );
  withCheck(program.command('watch').description('grade again after each save')).action(async (lab, options) =>
    exit(await (await import('./commands/watch.ts')).watch(lab, options)),
  );
  withTarget(program.command('serve').description("run a lab's applications and server on real ports")).action(
    async (lab, options) => exit(await (await import('./commands/serve.ts')).serve(lab, options)),
  );
  program
    .command('explain')
    .description('show how a configuration treats one request: explain lab4 GET /poster/x.jpg')
    .argument('<lab>')
    .argument('<request...>', 'a path, or a method and a path')
    .option('-H, --header <line>', "a header, as curl takes it: 'Host: www.catalog.test'; 'Host:' for none", collect)
    .option('--body <bytes>', 'sends a body of so many bytes')
    .option('--https', 'through port 443')
    .option('--config <path>', 'a whole nginx.conf, a conf.d file, or a tree like /etc/nginx')
    .option('--solution', "the lab's own solution")
    .option('--json', 'one JSON document on stdout')
    .action(async (lab, request, options) =>
      exit(await (await import('./commands/explain.ts')).explain(lab, request, options)),
    );
  program
    .command('hint')
    .description('one more hint')
    .argument('<lab>')
    .argument('[objective]')
    .action(async (lab, objective) => exit(await (await import('./commands/hint.ts')).hint(lab, objective)));
  program
    .command('solution')
    .description("a lab's solution")
    .argument('<lab>')
    .option('--yes', 'without having passed')
    .option('--build', 'the program instead of the configuration')
    .action(async (lab, options) => exit(await (await import('./commands/solution.ts')).solution(lab, options)));
  program
    .command('reset')
    .description("put a lab's starter back; what was there is kept")
    .argument('<lab>')
    .action(async (lab) => exit(await (await import('./commands/reset.ts')).reset(lab)));
  program
    .command('catalog')
    .description('run the film catalog by itself')
    .option('--port <number>')
    .option('--host <address>')
    .option('--name <name>', 'what it calls itself')
    .option('--back-office', 'the second application instead')
    .option('--protocol <name>', 'http, uwsgi (port 3031) or fastcgi (port 9000)')
    .action(async (options) => exit(await (await import('./commands/catalog.ts')).catalog(options)));
  const gradeCommand = program
    .command('grade')
    .description('grade what a class handed in')
    .argument(
      '<submissions>',
      "a folder or an archive: students' files, or an export of Moodle, Canvas, Gradescope, GitHub Classroom",
    )
    .requiredOption('--out <folder>', 'where results and the gradebook go; the same folder again continues')
    .option('--lab <lab>', 'the lab of submissions whose names say none')
    .option('--engine <name>', 'what runs configurations: reference (default) or nginx')
    .option('--roster <file.csv>', 'who is in the class')
    .option('--deadline <time>', '2026-03-01T23:59, or lab3=2026-03-01T23:59 for one lab', collect)
    .option('--late-penalty <share>', '10%/day, 5%/hour,max=50%, or 20%; grace=15m')
    .option('--attempt <which>', 'which attempt counts: best (default) or last')
    .option('--parallel <number>', 'submissions side by side; as many as there are processors')
    .option('--queue [redis://HOST]', 'grades on other machines (see worker); WORKBOOK_QUEUE when no address is said')
    .option('--seed <number>', 'of the run; each submission gets its own from it')
    .option('--regrade', 'grades everything again and shows what is not the same')
    .option(
      '--trust',
      'runs programs and nginx even where they cannot be shut in, and probes live servers in your own network',
    )
    .option('--key <file>', 'signs results with this Ed25519 key (see keygen)');
  withClassReports(gradeCommand).action(async (place, options) =>
    exit(await (await import('./commands/grade.ts')).grade(place, options)),
  );
  program
    .command('worker')
    .description('grade for another machine, which runs `grade --queue`')
    .option('--queue [redis://HOST]', 'where the work is; WORKBOOK_QUEUE when no address is said')
    .option('--parallel <number>', 'submissions side by side; as many as there are processors')
    .option('--trust', 'runs programs and nginx even where they cannot be shut in')
    .action(async (options) => exit(await (await import('./commands/worker.ts')).worker(options)));
  withClassReports(
    program
      .command('gradebook')
      .description('list what has been graded, or export it')
      .argument('<results>', 'the folder that `grade --out` wrote, or its gradebook.sqlite')
      .option('--student <text>', 'part of a name, key, e-mail address or login, or a whole number')
      .option('--lab <lab>', 'one lab')
      .option('--outcome <outcome>', 'passed, failed, refused or error')
      .option('--late', 'only what was handed in late')
      .option('--all', 'every attempt, not only the one that counts')
      .option('--json', 'one JSON document on stdout'),
  ).action(async (place, options) => exit(await (await import('./commands/gradebook.ts')).gradebook(place, options)));
  program
    .command('verify')
    .description('has a result been changed since it was signed?')
    .argument('<files...>')
    .option('--key <file>', 'the public key of whoever should have signed')
    .action(async (files, options) => exit(await (await import('./commands/verify.ts')).verify(files, options)));
  program
    .command('keygen')
    .description('make a key that signs results')
    .argument('<file>')
    .action(async (file) => exit(await (await import('./commands/keygen.ts')).keygen(file)));
  program
    .command('start')
    .description('the workbook: text, predictions, checks, hints')
    .action(async () => exit(await (await import('./tutorial/index.ts')).runTutorial()));
  return program;
}

/** Runs the command line (words without node and script) and returns the exit code. Prints, never throws. */
export async function main(words: readonly string[]): Promise<number> {
  let code: number = exitCodes.passed;
  const program = createProgram((value) => {
    code = value;
  });
  try {
    const lost = keptByNpm(program, words[0], process.env);
    if (lost.length > 0)
      throw new UsageError(`npm kept ${lost.join(' and ')} for itself: ${behindDashes(words, lost.join(' '))}`);
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return await commanderExit(program, words, error);
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n`);
      return exitCodes.usage;
    }
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return exitCodes.error;
  }
}

/** Options of ours that npm has settings of its own for, which may be set without anybody having written them here. */
const npmsOwn = new Set(['--yes', '--only', '--key', '--all']);

/**
 * Options of a command that stood before `--`: npm takes them for its own settings, hands on nothing but a variable of
 * its environment, and the command would do something else than was asked for.
 */
function keptByNpm(program: Command, name: string | undefined, environment: NodeJS.ProcessEnv): readonly string[] {
  if (name === undefined || environment.npm_lifecycle_event?.split(':').at(-1) !== name) return [];
  const command = program.commands.find((one) => one.name() === name);
  return (command?.options ?? [])
    .map(({ long }) => long ?? '')
    .filter((long) => long !== '' && !npmsOwn.has(long))
    .filter((long) => environment[`npm_config_${long.slice(2).replaceAll('-', '_')}`] !== undefined);
}

const behindDashes = ([name = 'check', ...rest]: readonly string[], options: string): string =>
  `options go behind \`--\`, as in: npm run ${[name, '--', ...rest, options].join(' ')}`;

/** commander has said what is wrong; it doesn't say which options or labs there are. */
async function commanderExit(program: Command, words: readonly string[], error: CommanderError): Promise<number> {
  if (error.exitCode === 0) return exitCodes.passed;
  if (error.code === 'commander.unknownOption') {
    const command = program.commands.find((one) => one.name() === words[0]) ?? program;
    process.stderr.write(`Options: ${command.options.map((option) => option.flags).join(', ')}\n`);
  }
  if (error.code === 'commander.excessArguments' && process.env.npm_lifecycle_event !== undefined)
    process.stderr.write(`With npm ${behindDashes([words[0] ?? 'check', 'lab3'], '--config FILE')}\n`);
  if (error.code === 'commander.missingArgument' && error.message.includes("'lab'"))
    process.stderr.write(`Labs:\n${(await import('./commands/labs.ts')).listLabs()}\n`);
  if (error.code === 'commander.unknownCommand' || error.code === 'commander.help')
    process.stderr.write(`Commands: ${program.commands.map((one) => one.name()).join(', ')}\n`);
  return exitCodes.usage;
}

// A reader that went away (`| head`) is no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
const exitCode = await main(process.argv.slice(2));
// An explicit end: left to itself Node closes every handle first, and that was seen to spin for ever (Node 26.10, after
// sockets were reset). All output is written by then: this callback comes after everything before it.
process.stdout.write('', () => process.exit(exitCode));

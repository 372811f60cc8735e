import { mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ApplicationName, Capability, World } from '../lab.ts';
import type { Translation } from '../probe/index.ts';
import { eventually } from '../probe/timing.ts';
import type { RunningApplication } from './applications.ts';

export interface WorldOptions {
  readonly capabilities: ReadonlySet<Capability>;
  readonly applications: ReadonlyMap<ApplicationName, RunningApplication>;
  /** The folder that stands for `/`; undefined on a live target. */
  readonly root: string | undefined;
  readonly users: World['users'];
  readonly translation: Translation;
  readonly address: World['address'];
  readonly restart: () => Promise<void>;
  /** Left out where the server's time can't be skipped. */
  readonly skipTime?: World['skipTime'];
  readonly server: World['server'];
  /** What the server wrote to its terminal. */
  readonly output: () => string;
  readonly signal: AbortSignal;
}

const folders = {
  html: '/usr/share/nginx/html',
  poster: '/usr/share/nginx/poster',
  share: '/usr/share/nginx',
} as const;

/** The side of a target that isn't reached over the wire: its applications, files and log. */
export function createWorld(options: WorldOptions): World {
  const inSandbox = (folder: keyof typeof folders, name: string): string => {
    if (options.root === undefined) throw new Error('the files of a live target cannot be reached');
    const place = path.join(options.root, folders[folder], name);
    if (!place.startsWith(options.root + path.sep)) throw new Error(`${name} lies outside the sandbox`);
    return place;
  };
  const log = () => {
    if (options.root === undefined) throw new Error('the log of a live target cannot be reached');
    return path.join(options.root, '/var/log/nginx/access.log');
  };
  const logSince = async (since: number): Promise<string[]> => {
    const bytes = await readFrom(log(), since);
    const lines = bytes.toString('utf8').split('\n');
    lines.pop();
    return lines.map((line) => options.translation.text(line));
  };
  return {
    has: (capability) => options.capabilities.has(capability),
    application(name) {
      const found = options.applications.get(name);
      if (found === undefined) throw new Error(`the application ${name} is not part of this target`);
      return found;
    },
    async writeFile(folder, name, content) {
      const place = inSandbox(folder, name);
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, content);
    },
    readFile: (folder, name) => readFile(inSandbox(folder, name)),
    listFiles: async (folder) => (await readdir(inSandbox(folder, '.'))).sort(),
    removeFile: (folder, name) => rm(inSandbox(folder, name), { recursive: true, force: true }),
    accessLog: (since, lines, containing) =>
      eventually(
        async () => (await logSince(since)).filter((line) => line.includes(containing)),
        (found) => found.length >= lines,
        2000,
        options.signal,
      ),
    async accessLogLength() {
      return (await stat(log()).catch(() => ({ size: 0 }))).size;
    },
    async logged(containing) {
      const texts = [
        options.output(),
        ...(await textsBelow(options.root && path.join(options.root, '/var/log/nginx'))),
      ];
      const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line.includes(containing));
      return lines.map((line) => options.translation.text(line));
    },
    skipTime:
      options.skipTime ??
      (() => {
        throw new Error('the time of this server cannot be skipped');
      }),
    restartServer: options.restart,
    server: options.server,
    users: options.users,
    address: options.address,
  };
}

/** The last bytes of every file of a folder, however deep. */
async function textsBelow(folder: string | undefined): Promise<readonly string[]> {
  if (folder === undefined) throw new Error('the logs of a live target cannot be reached');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => {
      const { size } = await stat(file);
      return (await readFrom(file, Math.max(0, size - mostOfALog))).toString('latin1');
    }),
  );
}

const mostOfALog = 16 * 1024 * 1024;

async function readFrom(file: string, position: number): Promise<Buffer> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return Buffer.alloc(0);
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.max(0, Math.min(size - position, mostOfALog)));
    await handle.read(bytes, 0, bytes.length, position);
    return bytes;
  } finally {
    await handle.close();
  }
}

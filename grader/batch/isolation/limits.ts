const mebibyte = 1024 * 1024;

/** What everything that a submission runs may use together. The watch (watch.ts) looks after these. */
export const treeLimits = {
  /** Bytes of memory that are really there, of all processes. */
  memory: 768 * mebibyte,
  /** Seconds of processor time. */
  processor: 30,
  /** Bytes on the disk; the disk itself is twice as large. */
  disk: 192 * mebibyte,
  /** Files on the disk. */
  files: 20_000,
} as const;

/** Bytes of the disk (in memory) on which a worker keeps everything that it writes. */
export const diskBytes = 2 * treeLimits.disk;

/** What each process may use at most; the kernel looks after these (prlimit(1), getrlimit(2)). */
export const processLimits = {
  /** Processes and threads of the whole submission: Node alone has about ten. */
  nproc: 192,
  /** Bytes of memory that can be written. Node asks for 550 MiB before it does anything. */
  data: 2048 * mebibyte,
  /** Bytes of one file. */
  fsize: 128 * mebibyte,
  nofile: 16_384,
  /** Seconds of processor time. */
  cpu: treeLimits.processor,
  core: 0,
} as const;

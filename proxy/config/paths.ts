import path from 'node:path';

/** The text of a path for the operating system: configuration strings of the proxy are bytes (latin1), file names are UTF-8. */
export function systemPath(text: string): string {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 127) return Buffer.from(text, 'latin1').toString('utf8');
  }
  return text;
}

/** A path as nginx's `ngx_conf_full_name` makes it: a relative one is put behind the folder, and nothing is normalised. */
export function fullName(text: string, folder: string): string {
  if (path.isAbsolute(text)) return text;
  return folder.endsWith('/') ? folder + text : `${folder}/${text}`;
}

/** How nginx words a failed system call: `open() "x" failed (2: No such file or directory)`. */
export function failedCall(call: string, name: string, error: unknown): string {
  const { errno = 0, code = '' } = error as NodeJS.ErrnoException;
  return `${call}() "${name}" failed (${Math.abs(errno)}: ${errorTexts[code] ?? code})`;
}

const errorTexts: Readonly<Record<string, string>> = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EMFILE: 'Too many open files',
  ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EAFNOSUPPORT: 'Address family not supported by protocol',
  EROFS: 'Read-only file system',
  ENOSPC: 'No space left on device',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EPIPE: 'Broken pipe',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ESRCH: 'No such process',
};

/**
 * Modules of Node that most configurations never use. Loaded together they take some 40 ms, half the start of a small
 * server, so whoever needs one first fetches it. Source: https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
export const onDemand = {
  get tls() {
    return process.getBuiltinModule('node:tls');
  },
  get crypto() {
    return process.getBuiltinModule('node:crypto');
  },
  get http2() {
    return process.getBuiltinModule('node:http2');
  },
  get dgram() {
    return process.getBuiltinModule('node:dgram');
  },
  get zlib() {
    return process.getBuiltinModule('node:zlib');
  },
};

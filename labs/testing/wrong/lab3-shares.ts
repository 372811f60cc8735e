// fails: lab3.even-distribution, lab3.keepalive
// ways: 2-1, 3-2, 11-9, by-connection, by-port, by-address
// Both instances are asked, but not half and half for every client.
import { type Asked, passToEither, serve } from '../gateway.ts';

const { CATALOG_1 = '', CATALOG_2 = '' } = process.env;
const way = process.argv[2]!;
let turn = 0;
const turns = new WeakMap<object, number>();

function second({ socket, target }: Asked): boolean {
  const [one, other] = way.split('-').map(Number);
  // As nginx deals weights out: whoever is furthest behind its share.
  if (one! > 0)
    return Math.floor((++turn * other!) / (one! + other!)) > Math.floor(((turn - 1) * other!) / (one! + other!));
  if (way === 'by-port') return (socket.remotePort ?? 0) % 4 < 2;
  if (way === 'by-address') return [...target].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 2 === 0;
  if (!turns.has(socket)) turns.set(socket, turn++);
  return turns.get(socket)! % 2 === 0;
}

serve((asked) =>
  second(asked) ? passToEither(CATALOG_2, CATALOG_1, asked) : passToEither(CATALOG_1, CATALOG_2, asked),
);

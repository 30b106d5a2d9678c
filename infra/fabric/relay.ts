/**
 * Stands between one peer and the orderers, so that a test can cut that peer off while it still answers: `node relay.ts <from>=<to>…` with
 * ports on loopback. Paused, it is a network that swallows; killed, one that refuses.
 */
import { connect, createServer } from 'node:net';

for (const pair of process.argv.slice(2)) {
  const [from, to] = pair.split('=').map(Number);
  createServer((near) => {
    const far = connect({ port: to ?? 0, host: '127.0.0.1', noDelay: true });
    near.setNoDelay(true);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }).listen(from, '127.0.0.1');
}

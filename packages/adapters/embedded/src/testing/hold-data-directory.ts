/** A process for tests to kill: opens the data directory that its argument names, says so, and holds it. */
import { openEmbeddedPostgres } from '../postgres/index.ts';

const [, , dataDirectory = ''] = process.argv;
const { connection, origin } = await openEmbeddedPostgres({ dataDirectory, log: () => {} });
process.stdout.write(`${JSON.stringify({ connection, origin })}\n`);
setInterval(() => {}, 60_000);

/** For `--import`: loads the product with the mutation that CHARTSEAL_MUTATION names. Only tests know of it. */
import { appendFileSync, realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutations } from './mutations.ts';
import { mutate } from './mutation.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const mutation = mutations.find(({ hole }) => hole === process.env['CHARTSEAL_MUTATION']);
if (mutation === undefined) throw new Error('CHARTSEAL_MUTATION names no mutation');
const files = new Set(mutation.edits.map(({ file }) => file));
const applied = process.env['CHARTSEAL_MUTATION_APPLIED'];

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (!url.startsWith('file:') || loaded.source === undefined || loaded.source === null) return loaded;
    const file = relative(root, realpathSync(fileURLToPath(url)));
    if (!files.has(file)) return loaded;
    const text = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
    if (applied !== undefined) appendFileSync(applied, `${file}\n`);
    return { ...loaded, source: mutate(file, text, mutation.edits) };
  },
});

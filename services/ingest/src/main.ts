import { runService } from '@chartseal/engines';
import { composeIngest } from './compose.ts';
import { importConfig } from './import/config.ts';

const imports = await importConfig(process.env);
await runService('ingest', process.env, async (place, opening) => composeIngest(place, opening, imports));

import { runService } from '@chartseal/engines';
import { composeIngest } from './compose.ts';

await runService('ingest', process.env, async (place) => composeIngest(place));

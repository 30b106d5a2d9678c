import { runService } from '@chartseal/engines';
import { composeQuery } from './compose.ts';

await runService('query', process.env, async (place) => composeQuery(place));

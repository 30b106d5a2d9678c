import { runService } from '@chartseal/engines';
import { composeAnchor } from './compose.ts';

await runService('anchor', process.env, composeAnchor);

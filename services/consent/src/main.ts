import { runService } from '@chartseal/engines';
import { composeConsent } from './compose.ts';

await runService('consent', process.env, composeConsent);

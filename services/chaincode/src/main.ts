import { runChaincode } from './run.ts';

await runChaincode(process.env, console.error);

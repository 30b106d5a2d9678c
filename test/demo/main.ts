/** `pnpm demo`: the whole story over HTTP, against a gateway of its own. */
import { startGateway } from './gateway.ts';
import { Steps } from './steps.ts';
import { story } from './story.ts';

const steps = new Steps();
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
try {
  const gateway = await steps.take('A gateway starts on an empty store', async (saw) => {
    const running = await startGateway(interrupted.signal);
    saw(`FHIR at ${running.fhirBaseUrl}, network ${running.network.slice(0, 16)}…`);
    return running;
  });
  try {
    await story(gateway, steps);
  } finally {
    await gateway.stop();
  }
  steps.summarise(0);
} catch (error) {
  console.error(error);
  steps.summarise(1);
  process.exitCode = 1;
}

import type { AnchoredLog } from '@chartseal/contracts';
import type { Ledger } from '@chartseal/ports';
import { setTimeout as sleep } from 'node:timers/promises';

/** Who asks a witness waits 3 s; a peer that is away must not stop it. */
const patienceMs = 500;

/** The note of the newest checkpoint of that origin on the ledger, as far as it says so soon. */
export const noteOnLedger =
  (ledger: Pick<Ledger, 'evaluate'>) =>
  async (origin: string): Promise<string | undefined> => {
    const given = new AbortController();
    const asked = ledger
      .evaluate({ contract: 'anchor', transaction: 'Latest', args: [origin] })
      .then((json) => (JSON.parse(json) as AnchoredLog).note)
      .catch(() => undefined);
    const late = sleep(patienceMs, undefined, { signal: given.signal }).catch(() => undefined);
    const note = await Promise.race([asked, late]);
    given.abort();
    return note;
  };

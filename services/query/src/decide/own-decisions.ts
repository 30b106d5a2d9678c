import type { StoredVersion } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import type { QueryDependencies } from '../dependencies.ts';
import type { Permit } from '../release/decision.ts';
import { releaseToOwn } from '../release/released.ts';
import { accessProxies, proxyDepth } from './access-proxies.ts';
import type { Decisions, Examined } from './decisions.ts';
import { examinedContent } from './examined-content.ts';
import { everythingBeside } from './everything-beside.ts';

/** The hospital whose records these are: permitted without consent, and told to the patients all the same. */
export const ownDecisions = (deps: QueryDependencies, principal: Principal): Decisions => {
  const height = deps.ledgerView.height;
  const examine = async (version: StoredVersion): Promise<Examined> => {
    const { resourceType, id, versionId } = version;
    const decision: Permit = {
      effect: 'permit',
      key: { resourceType, id },
      versionId,
      reason: 'own-organization',
      basis: [],
      height,
      patients: await concerned(deps, version, 0),
      obligations: [],
    };
    return { effect: 'permit', decision, released: releaseToOwn(principal, version) };
  };
  return {
    principal,
    height,
    examine: async (versions) => Promise.all(versions.map(examine)),
    included: async (by) => everythingBeside(deps, by, examine),
    referenced: examine,
    stillHold: async () => 'hold',
    prospects: async () => 'some',
    candidates: async () => ({ kind: 'all' }),
    pretend: async () => {},
    unopened: () => [],
  };
};

/** Whom it is about, so that they can see that it was read. A Binary: whoever the records around it are about. */
const concerned = async (
  deps: QueryDependencies,
  version: StoredVersion,
  depth: number,
): Promise<readonly string[]> => {
  const content = await examinedContent(deps.records, version, deps.fhirBaseUrl);
  if (content === undefined) return [];
  if (version.resourceType !== 'Binary') return content.patients;
  const proxies = depth < proxyDepth ? await accessProxies(deps.records, content, deps.fhirBaseUrl) : [];
  const patients = await Promise.all(proxies.map(async (proxy) => concerned(deps, proxy, depth + 1)));
  return [...new Set(patients.flat())];
};

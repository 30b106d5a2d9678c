/** https://hl7.org/fhir/R4/provenance.html: who kept an anchored version, since when it is on the ledger, and the proof of that as the signature. */
import { canonicalJson, NumberSpelling, parseJson, type JsonValue } from '@chartseal/fhir';
import type { StoredVersion } from '@chartseal/ports';
import { provenanceId } from '@chartseal/server';
import { isJsonObject, isResource } from '../json-object.ts';
import { addLabels } from '../release/labels.ts';
import { proofMediaType } from '../release/proof-answer.ts';
import type { Made, Released } from '../release/released.ts';

/** How a version stands on the ledger. */
export type OnLedger = {
  /** Of the tree under the newest anchored checkpoint, which the proof leads to. */
  readonly treeSize: number;
  /** When that checkpoint was submitted, ISO 8601, by this hospital's clock. */
  readonly recorded: string;
};

const coded = (system: string, code: string, display: string): object => ({ coding: [{ system, code, display }] });

/** http://terminology.hl7.org/ValueSet/v3-DataOperation, of R4's extensible value set for activities. */
const dataOperation = ({ state, versionId }: StoredVersion): object => {
  const [code, display] =
    state === 'deleted' ? ['DELETE', 'delete'] : versionId === 1 ? ['CREATE', 'create'] : ['UPDATE', 'revise'];
  return coded('http://terminology.hl7.org/CodeSystem/v3-DataOperation', code ?? '', display ?? '');
};

/** https://hl7.org/fhir/R4/valueset-signature-type.html: of an automated source of data. */
const sourceSignature = {
  system: 'urn:iso-astm:E1762-95:2013',
  code: '1.2.840.10065.1.12.1.14',
  display: 'Source Signature',
};

const custodianRole = coded(
  'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
  'custodian',
  'Custodian',
);

/** Labels of what the proof holds are the Provenance's own, those that were added for this recipient too. */
const labelled = (resource: { [member: string]: JsonValue }, released: Released): void => {
  const { value } = parseJson(released.text);
  const meta = isResource(value) && isJsonObject(value['meta']) ? value['meta'] : {};
  if (Array.isArray(meta['security']) && isJsonObject(resource['meta']))
    resource['meta']['security'] = meta['security'];
  addLabels(resource, 'security', released.labels);
};

/** `proof`: the file that `$proof` answers; none where nobody looks at it. */
export const madeProvenance = (
  released: Released,
  custodian: object,
  { treeSize, recorded }: OnLedger,
  proof?: string,
): Made => {
  const { version } = released;
  const { resourceType, id, versionId, lastUpdated, erasedAt } = version;
  const resource: { [member: string]: JsonValue } = {
    resourceType: 'Provenance',
    id: provenanceId(version),
    meta: { versionId: String(treeSize), lastUpdated: recorded },
  };
  labelled(resource, released);
  Object.assign(resource, {
    target: [{ reference: `${resourceType}/${id}/_history/${versionId}` }],
    occurredDateTime: erasedAt === undefined ? lastUpdated : new Date(erasedAt).toISOString(),
    recorded,
    activity: dataOperation(version),
    agent: [{ type: custodianRole, who: custodian }],
    signature: [
      {
        type: [sourceSignature],
        when: recorded,
        who: custodian,
        targetFormat: 'application/fhir+json',
        sigFormat: proofMediaType,
        ...(proof === undefined ? {} : { data: Buffer.from(proof).toString('base64') }),
      },
    ],
  });
  return {
    resourceType: 'Provenance',
    id: provenanceId(version),
    versionId: treeSize,
    lastUpdated: recorded,
    text: canonicalJson(resource, new NumberSpelling()),
  };
};

/** https://hl7.org/fhir/R4/resource-operation-meta.html: Parameters with the `meta` of what was released. */
import { canonicalJson, parseJson } from '@chartseal/fhir';
import { composedAnswer, fhirJson, type Answer } from './answer.ts';
import type { Released } from './released.ts';
import { isJsonObject, type JsonObject } from '../json-object.ts';

const parameters = (meta: string): string =>
  `{"parameter":[{"name":"return","valueMeta":${meta}}],"resourceType":"Parameters"}`;

const metaOf = ({ text }: Released): JsonObject => {
  const { value } = parseJson(text);
  return isJsonObject(value) && isJsonObject(value.meta) ? value.meta : {};
};

export const metaAnswer = (released: Released): Answer =>
  composedAnswer(fhirJson, [released], ([one]) => {
    if (one === undefined) return parameters('{}');
    const { value, numbers } = parseJson(one.text);
    return parameters(canonicalJson(isJsonObject(value) && isJsonObject(value.meta) ? value.meta : {}, numbers));
  });

/** Their profiles, tags and security labels, each once: a label is told of no single resource. */
export const labelsAnswer = (released: readonly Released[]): Answer =>
  composedAnswer(fhirJson, released, (all) => {
    const members = ['profile', 'security', 'tag'].flatMap((member) => {
      const values = all.flatMap((one) => {
        const labels = metaOf(one)[member];
        return Array.isArray(labels) ? labels.map((label) => JSON.stringify(label)) : [];
      });
      return values.length === 0 ? [] : [`"${member}":[${[...new Set(values)].join(',')}]`];
    });
    return parameters(`{${members.join(',')}}`);
  });

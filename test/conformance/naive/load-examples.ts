import { ok } from 'node:assert/strict';
import type { Reachable } from '../../testing/caller.ts';
import { each } from '../../testing/each.ts';
import { officialExamples, type Example } from './examples.ts';
import { refused } from './refused-examples.ts';
import type { Resource } from './resource.ts';

/** Puts every official example into the gateway, and answers each as it is served. */
export const loadExamples = async (
  gateway: Reachable,
  examples: readonly Example[] = officialExamples(),
): Promise<readonly Resource[]> => {
  const served: Resource[] = [];
  await each(
    examples.filter(({ file }) => !refused.has(file)),
    8,
    async ({ file, text, resource }) => {
      const { status, text: answer } = await gateway.send('PUT', `${resource.resourceType}/${resource.id}`, {
        body: text,
      });
      ok(status === 201 || status === 200, `${file}: ${status} ${answer.slice(0, 400)}`);
      served.push(JSON.parse(answer) as Resource);
    },
  );
  return served;
};

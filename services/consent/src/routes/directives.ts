import { readText, sendText } from '@chartseal/server';
import type { RequestHandler } from 'express';
import type { ConsentDependencies } from '../dependencies.ts';
import { acceptDirective } from '../directives/accept.ts';
import type { Terms } from '../directives/terms.ts';
import { readMembers, requireString } from './body.ts';

/** POST /consent/directives */
export const directivesRoute = (dependencies: ConsentDependencies): RequestHandler[] => [
  readText(),
  async (req, res) => {
    const { value, numbers } = readMembers(req, ['directive', 'consent', 'key']);
    const { consent, key } = value;
    const terms: Terms | undefined =
      consent === undefined && key === undefined ? undefined : { consent, numbers, key: requireString(key, 'key') };
    const answer = await acceptDirective(dependencies, {
      directive: requireString(value['directive'], 'directive'),
      terms,
    });
    sendText(res, answer.status, JSON.stringify(answer.body), 'application/json');
  },
];

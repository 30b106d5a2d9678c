import { bodyText, readText, sendFhir, type PatientDoor } from '@chartseal/server';
import type { RequestHandler } from 'express';
import type { QueryDependencies } from '../dependencies.ts';
import { explainWords } from '../explain/explain-words.ts';
import { explanationParameters } from '../explain/explanation-parameters.ts';
import { explanation } from '../explain/explanation.ts';
import { ownCaller } from './own-caller.ts';

/** Of a question; the proxy before us holds it in memory. */
const limitBytes = 1024 * 1024;

/** POST /consent/Consent/$explain: what the own consents, or a draft, let an organisation read. */
export const ownExplanationRoute = (dependencies: QueryDependencies & PatientDoor): RequestHandler[] => [
  readText({ limitBytes }),
  async (req, res) => {
    const { patients } = await ownCaller(dependencies, req, '/Consent/$explain');
    const explained = await explanation(dependencies, patients, explainWords(bodyText(req), 'patient'));
    sendFhir(res, 200, explanationParameters(explained));
  },
];

import { readText, sendText } from '@chartseal/server';
import { ChartsealError } from '@chartseal/ports';
import type { RequestHandler } from 'express';
import type { ConsentDependencies } from '../dependencies.ts';
import { enrol } from '../enrolment/redeem.ts';
import { readMembers, requireString } from './body.ts';

/** POST /consent/enrolments */
export const enrolmentsRoute = (dependencies: ConsentDependencies): RequestHandler[] => [
  readText(),
  async (req, res) => {
    const { value } = readMembers(req, ['code', 'publicKey', 'proof']);
    const { code, publicKey, proof } = value;
    if (typeof publicKey !== 'object' || publicKey === null || Array.isArray(publicKey)) {
      throw new ChartsealError('malformed', 'publicKey must be a JWK', {
        issues: [{ code: 'required', expression: 'publicKey', diagnostics: 'a JWK is required' }],
      });
    }
    const enrolled = await enrol(dependencies, {
      code: requireString(code, 'code'),
      proof: requireString(proof, 'proof'),
      publicKey: { ...publicKey },
    });
    sendText(res, 201, JSON.stringify(enrolled), 'application/json');
  },
];

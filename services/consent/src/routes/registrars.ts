import { ChartsealError } from '@chartseal/ports';
import { principalOf, readText, requireOwn, requireScope, sendFhir } from '@chartseal/server';
import type { RequestHandler } from 'express';
import type { ConsentDependencies } from '../dependencies.ts';
import { addRegistrar, readRegistrar, removeRegistrar } from '../registrars/registrars.ts';
import { readMembers, requireString } from './body.ts';

/** Who may attest in every patient's name is for whoever may change everything. */
const forAll: RequestHandler = (_req, res, next) => {
  const principal = principalOf(res);
  requireOwn(principal);
  requireScope(principal, '*', 'u');
  next();
};

type Part = { readonly name?: unknown; readonly valueString?: unknown };

/** The strings of a Parameters, with exactly these names. @throws ChartsealError `malformed` */
const stringsOf = (parameter: unknown, names: readonly string[]): ReadonlyMap<string, string> => {
  const parts: readonly Part[] = Array.isArray(parameter) ? parameter : [];
  const strings = new Map(
    parts.map(({ name, valueString }) => [String(name), requireString(valueString, String(name))]),
  );
  if (strings.size !== parts.length || [...strings.keys()].sort().join() !== names.toSorted().join())
    throw new ChartsealError('malformed', `the operation takes ${names.join(' and ')}`);
  return strings;
};

const read = (req: Parameters<RequestHandler>[0], names: readonly string[]): ReadonlyMap<string, string> =>
  stringsOf(readMembers(req, ['resourceType', 'parameter']).value['parameter'], names);

const parseKey = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const done = JSON.stringify({ resourceType: 'Parameters' });

/** POST /fhir/$registrar-add: `registrar` and `publicKey`, a JWK as text. */
export const addRegistrarRoute = (dependencies: ConsentDependencies): RequestHandler[] => [
  forAll,
  readText(),
  async (req, res) => {
    const given = read(req, ['registrar', 'publicKey']);
    const registrar = readRegistrar(given.get('registrar') ?? '', parseKey(given.get('publicKey') ?? ''));
    await addRegistrar(dependencies, registrar);
    sendFhir(res, 200, done);
  },
];

/** POST /fhir/$registrar-remove: `registrar`, with all its keys. */
export const removeRegistrarRoute = (dependencies: ConsentDependencies): RequestHandler[] => [
  forAll,
  readText(),
  async (req, res) => {
    await removeRegistrar(dependencies, read(req, ['registrar']).get('registrar') ?? '');
    sendFhir(res, 200, done);
  },
];

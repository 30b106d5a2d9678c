/** C5: a question is understood, or refused, however it is written; never let through because its words look like no question. */
import { deepEqual, equal, notDeepEqual, ok } from 'node:assert/strict';
import type { Answer, SendOptions } from '../testing/caller.ts';
import type { RuleRow } from './rule-row.ts';
import { namesIn, type Bundle } from './stage.ts';

type Spelled = {
  readonly question: string;
  /** What hospital-b may find. hospital-a finds more, by each of the spellings that are understood. */
  readonly finds: readonly string[];
  readonly understood: readonly string[];
  readonly refused: readonly string[];
};

/** `type query` stands for a POST with the query in its body. */
const spellings: readonly Spelled[] = [
  {
    question: 'who has an account that is active',
    finds: [],
    understood: [
      'Patient?_has:Account:subject:status=active',
      'Patient?_has%3AAccount%3Asubject%3Astatus=active',
      'Patient?%5Fhas:Account:subject:status=active',
      'Patient?_has:Account:subject:status=act%69ve',
      'Patient?_count=1000&_has:Account:subject:status=active',
      'Patient _has:Account:subject:status=active',
      'Patient _has%3AAccount%3Asubject%3Astatus=active',
      'Patient?_count=9 _has:Account:subject:status=active',
      'Patient?_has:Account:subject:status=active _count=9',
      'Patient?_has:Account:subject:status=active,on-hold',
      'Patient?_has:Account:subject:status:not=inactive',
      'Patient?_has:Account:patient:status=active',
    ],
    refused: [
      'Patient?_HAS:Account:subject:status=active',
      'Patient?_has:account:subject:status=active',
      'Patient?_has:Account:Subject:status=active',
      'Patient?_has:Account:subject:Status=active',
      'Patient?_has:Account:subject=active',
      'Patient?_has=Account:subject:status',
      'Patient?has:Account:subject:status=active',
      'Patient?_has:Account:subject:status:=active',
      'Patient?_has::Account:subject:status=active',
    ],
  },
  {
    question: 'what stands beside a weight of Ben’s',
    finds: [],
    understood: [
      'Observation?derived-from:Observation.subject:Patient.family=Secretname',
      'Observation?derived-from%3AObservation.subject%3APatient.family=Secretname',
      'Observation?derived-from:Observation%2Esubject:Patient%2Efamily=Secretname',
      'Observation?derived-from.subject.family=secretname',
      'Observation derived-from.subject.family=SECRETNAME',
      'Observation?derived%2Dfrom.subject.family:exact=Secretname',
    ],
    refused: [
      'Observation?Derived-From.subject.family=Secretname',
      'Observation?derived-from:observation.subject.family=Secretname',
      'Observation?derived-from..family=Secretname',
      'Observation?derived-from.subject.family.=Secretname',
    ],
  },
  {
    question: 'her weight beside his, and what it is derived from, and whose that is',
    finds: ['Observation/ana-beside-ben'],
    understood: [
      'Observation?_id=ana-beside-ben&_include=Observation:derived-from&_include:iterate=Observation:derived-from',
      'Observation?_id=ana-beside-ben&_include%3Aiterate=Observation:derived-from',
      'Observation?_id=ana-beside-ben&%5Finclude=Observation%3Aderived-from',
      'Observation?_id=ana-beside-ben&_include=Observation:derived-from:Observation',
      'Observation?_id=ana-beside-ben _include=Observation:derived-from',
      'Observation _id=ana-beside-ben&_include:iterate=Observation:derived-from',
    ],
    refused: [
      'Observation?_id=ana-beside-ben&_Include=Observation:derived-from',
      'Observation?_id=ana-beside-ben&_include:Iterate=Observation:derived-from',
      'Observation?_id=ana-beside-ben&_include=observation:derived-from',
      'Observation?_id=ana-beside-ben&_include:iterate:iterate=Observation:derived-from',
    ],
  },
];

const sent = (spelled: string): readonly [method: string, path: string, options: SendOptions] => {
  const [path = '', body] = spelled.split(' ');
  if (body === undefined) return ['GET', path, {}];
  const [type, query] = path.split('?');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return ['POST', `${type}/_search${query === undefined ? '' : `?${query}`}`, { body, headers }];
};

const found = ({ status, text }: Answer): readonly string[] => {
  equal(status, 200, text);
  return namesIn(JSON.parse(text) as Bundle);
};

/** Counting is refused however it is asked for; what is no way to ask for it is not understood. */
const counting: readonly (readonly [spelled: string, status: number])[] = [
  ['Observation?_summary=count', 403],
  ['Observation?%5Fsummary=count', 403],
  ['Observation?_summary=c%6Funt', 403],
  ['Observation _summary=count', 403],
  ['Observation?_count=5 _summary=count', 403],
  ['Observation?_summary=count _count=5', 403],
  ['Observation _total=accurate', 403],
  ['Observation?_total=%61ccurate', 403],
  ['Observation?_count=00', 403],
  ['Observation?_summary=COUNT', 400],
  ['Observation?_Summary=count', 400],
  ['Observation?_summary:exact=count', 400],
];

export const spellingRows: readonly RuleRow[] = [
  ...spellings.flatMap(({ question, finds, understood, refused }) => [
    ...understood.map((spelled): RuleRow => ({
      rule: 'C5',
      holds: `${question}, written ${spelled}`,
      when: async ({ gateway }) => {
        const [method, path, options] = sent(spelled);
        notDeepEqual(found(await gateway.send(method, path, options)), finds);
        deepEqual(found(await gateway.send(method, path, { ...options, as: 'hospital-b' })), finds);
      },
    })),
    ...refused.map((spelled): RuleRow => ({
      rule: 'C5',
      holds: `${question}, written ${spelled}, is not understood`,
      when: async ({ gateway }) => {
        const [method, path, options] = sent(spelled);
        equal((await gateway.send(method, path, { ...options, as: 'hospital-b' })).status, 400);
      },
    })),
  ]),
  ...counting.map(([spelled, status]): RuleRow => ({
    rule: 'C4',
    holds: `how many there are, written ${spelled}, is not told`,
    when: async ({ gateway }) => {
      const [method, path, options] = sent(spelled);
      const answer = await gateway.send(method, path, { ...options, as: 'hospital-b' });
      equal(answer.status, status, answer.text);
      ok(!answer.text.includes('"total"'));
    },
  })),
];

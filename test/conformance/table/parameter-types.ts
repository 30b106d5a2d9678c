/** https://hl7.org/fhir/R4/search.html: each parameter type with each modifier and prefix that it has, and those that it has not. */
import { finds, refuses, type Row } from './row.ts';

const all = (type: string, ids: string): readonly string[] =>
  ids === '' ? [] : ids.split(' ').map((id) => `${type}/${id}`);

/** One row for each prefix: what `Procedure?date=<prefix><value>` finds. */
const dates = (value: string, found: Readonly<Record<string, string>>): readonly Row[] =>
  Object.entries(found).map(([prefix, ids]) =>
    finds(
      'date',
      `${prefix} of ${value}`,
      `Procedure?date=${prefix}${encodeURIComponent(value)}`,
      all('Procedure', ids),
    ),
  );

const numbers = (value: string, found: Readonly<Record<string, string>>): readonly Row[] =>
  Object.entries(found).map(([prefix, ids]) =>
    finds(
      'number',
      `${prefix} of ${value}`,
      `RiskAssessment?probability=${prefix}${value}`,
      all('RiskAssessment', ids),
    ),
  );

const quantities = (value: string, found: Readonly<Record<string, string>>): readonly Row[] =>
  Object.entries(found).map(([prefix, ids]) =>
    finds(
      'quantity',
      `${prefix} of ${value}`,
      `Observation?value-quantity=${prefix}${encodeURIComponent(value)}`,
      all('Observation', ids),
    ),
  );

const number: readonly Row[] = [
  ...numbers('0.5', {
    '': 'even more',
    eq: 'even more',
    ne: 'most',
    gt: 'more most',
    ge: 'even more most',
    lt: '',
    le: 'even',
    sa: 'more most',
    eb: '',
    ap: 'even more',
  }),
  ...numbers('0.50', { eq: 'even', ne: 'more most' }),
  ...numbers('5e-1', { eq: 'even more' }),
  ...numbers('0.54', { eq: 'more', lt: 'even', le: 'even more', gt: 'most', eb: 'even' }),
  finds('number', ':missing', 'RiskAssessment?probability:missing=true', []),
  refuses('number', 'no other modifier', 'RiskAssessment?probability:exact=0.5', /probability/),
];

const date: readonly Row[] = [
  ...dates('2013-01-14', {
    '': 'day noon',
    eq: 'day noon',
    ne: 'month open',
    gt: 'month open',
    lt: 'month',
    ge: 'day noon month open',
    le: 'day noon month',
    sa: 'open',
    eb: '',
  }),
  ...dates('2013-01-14T12:00:00Z', { eq: 'noon', gt: 'day month open', lt: 'day month', sa: 'open', eb: '' }),
  ...dates('2013', { eq: 'day noon month', ne: 'open', lt: '', gt: 'open' }),
  ...dates('2013-01-14T10:00', { sa: 'noon open' }),
  ...dates('2013-01-14T14:00:00+02:00', { eq: 'noon' }),
  ...dates('2013-01-01', { ap: 'month' }).map((row) => ({ ...row, expect: { status: 200 } })),
  finds('date', ':missing', 'Procedure?date:missing=true', all('Procedure', 'timeless')),
  refuses('date', 'no other modifier', 'Procedure?date:contains=2013', /date/),
  refuses('date', 'a day that does not exist', 'Procedure?date=2013-02-30', /date/),
];

const string: readonly Row[] = [
  finds('string', 'starts with, whatever the case', 'Patient?family=CHALM', all('Patient', 'peter')),
  finds('string', 'whatever the accents', 'Patient?family=muller', all('Patient', 'anna')),
  finds('string', 'not in the middle', 'Patient?family=halmers', []),
  finds('string', ':contains', 'Patient?family:contains=HALMER', all('Patient', 'peter')),
  finds('string', ':exact', 'Patient?family:exact=Chalmers', all('Patient', 'peter')),
  finds('string', ':exact minds the case', 'Patient?family:exact=chalmers', []),
  finds('string', ':exact minds accents', 'Patient?family:exact=Muller', []),
  finds('string', ':missing', 'Patient?family:missing=true', all('Patient', 'nobody')),
  finds('string', 'any part of a name', 'Patient?name=james', all('Patient', 'peter')),
  finds('string', 'any part of an address', 'Patient?address=3999', all('Patient', 'peter')),
  refuses('string', 'no other modifier', 'Patient?family:above=x', /family/),
];

const token: readonly Row[] = [
  finds('token', 'code alone, whatever the system', 'Observation?code=8867-4', all('Observation', 'pulse words')),
  finds('token', 'system|code', 'Observation?code=http://loinc.org|8867-4', all('Observation', 'pulse')),
  finds(
    'token',
    '|code: no system',
    `Patient?identifier=${encodeURIComponent('|a\\,b\\|c\\$d\\\\e')}`,
    all('Patient', 'anna'),
  ),
  finds('token', 'system|: any code of it', 'Observation?code=urn:local|', all('Observation', 'words')),
  finds('token', 'a boolean', 'Patient?active=true', all('Patient', 'peter')),
  finds('token', 'a contact point', 'Patient?telecom=5555', all('Patient', 'peter')),
  finds('token', 'a contact point of one kind', 'Patient?email=peter@example.org', all('Patient', 'peter')),
  finds('token', 'whether something is there', 'Patient?deceased=true', all('Patient', 'anna')),
  finds('token', ':text', 'Observation?code:text=pulse at', all('Observation', 'pulse')),
  finds('token', ':text of a display', 'Observation?value-concept:text=blood', all('Observation', 'coded')),
  finds('token', ':not', 'Patient?gender:not=male', all('Patient', 'anna nobody')),
  finds('token', ':not of several', 'Patient?gender:not=male,female', all('Patient', 'nobody')),
  finds(
    'token',
    ':above',
    `Consent?purpose:above=${encodeURIComponent('http://terminology.hl7.org/CodeSystem/v3-ActReason|ETREAT')}`,
    all('Consent', 'opt-in'),
  ),
  finds(
    'token',
    ':below',
    `Consent?purpose:below=${encodeURIComponent('http://terminology.hl7.org/CodeSystem/v3-ActReason|TREAT')}`,
    all('Consent', 'opt-in'),
  ),
  finds('token', 'without :below a code matches itself alone', 'Consent?purpose=TREAT', []),
  finds(
    'token',
    ':in',
    'Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender',
    all('Patient', 'peter anna'),
  ),
  finds(
    'token',
    ':not-in',
    'Patient?gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender',
    all('Patient', 'nobody'),
  ),
  finds(
    'token',
    ':of-type',
    `Patient?identifier:of-type=${encodeURIComponent('http://terminology.hl7.org/CodeSystem/v2-0203|MR|12345')}`,
    all('Patient', 'peter'),
  ),
  finds('token', '_id:not', 'Patient?_id:not=peter', all('Patient', 'anna nobody')),
  finds(
    'token',
    'a MIME type :below',
    'DocumentReference?contenttype:below=text/plain',
    all('DocumentReference', 'letter draft'),
  ),
  finds('token', ':missing', 'Patient?identifier:missing=true', all('Patient', 'nobody')),
  refuses('token', ':in of a value set that is not known', 'Patient?gender:in=http://example.org/no-such', /gender/),
  refuses(
    'token',
    ':below in a code system whose hierarchy is not known',
    'Observation?code:below=http://example.org/no-such|1',
    /code/,
  ),
  refuses('token', 'no other modifier', 'Patient?gender:contains=m', /gender/),
];

const reference: readonly Row[] = [
  finds('reference', 'an id', 'Encounter?subject=peter', all('Encounter', 'visit')),
  finds('reference', 'type and id', 'Encounter?subject=Patient/peter', all('Encounter', 'visit')),
  finds('reference', ':[type]', 'Encounter?subject:Patient=peter', all('Encounter', 'visit')),
  finds('reference', ':[type] of another', 'Encounter?subject:Group=peter', []),
  finds('reference', ':identifier', 'Patient?organization:identifier=urn:org|G', all('Patient', 'anna')),
  finds('reference', ':missing', 'Patient?organization:missing=true', all('Patient', 'nobody')),
  refuses('reference', 'a type that the parameter cannot point to', 'Encounter?subject:Organization=acme', /subject/),
  refuses('reference', 'no other modifier', 'Encounter?subject:exact=peter', /subject/),
];

const quantity: readonly Row[] = [
  ...quantities('60', { '': 'pulse', eq: 'pulse' }),
  ...quantities('5.4|http://unitsofmeasure.org|mg', {
    '': 'lead lead-again',
    gt: '',
    ge: 'lead lead-again',
    lt: '',
    le: 'lead lead-again',
    sa: '',
    eb: '',
    ne: '',
    ap: 'lead lead-again',
  }),
  ...quantities('0.0054|http://unitsofmeasure.org|g', { '': 'lead lead-again' }),
  ...quantities('5|http://unitsofmeasure.org|mg', { gt: 'lead lead-again', ap: 'lead lead-again' }),
  ...quantities('5.4||mg', { '': 'lead' }),
  ...quantities('5.4', { '': 'lead', ne: 'pulse lead-again' }),
  ...quantities('60|http://unitsofmeasure.org|kg', { '': '' }),
  finds('quantity', 'within components', 'Observation?component-value-quantity=107', all('Observation', 'pressure')),
  finds('quantity', ':missing', 'Observation?value-quantity:missing=true', all('Observation', 'words coded pressure')),
  refuses('quantity', 'no other modifier', 'Observation?value-quantity:exact=60', /value-quantity/),
  refuses('quantity', 'no number', 'Observation?value-quantity=much||mg', /value-quantity/),
];

const uri: readonly Row[] = [
  finds('uri', 'precisely, by case', 'ValueSet?url=http://example.org/fhir', all('ValueSet', 'root')),
  finds('uri', 'whatever the case does not match', 'ValueSet?url=http://example.org/FHIR', []),
  finds('uri', ':below, by path', 'ValueSet?url:below=http://example.org/fhir', all('ValueSet', 'root leaf')),
  finds(
    'uri',
    ':above, by path',
    'ValueSet?url:above=http://example.org/fhir/ValueSet/123/history/5',
    all('ValueSet', 'root leaf'),
  ),
  finds('uri', 'url|version', 'ValueSet?url=http://example.org/fhir|1.2', all('ValueSet', 'root')),
  finds('uri', 'url|version of another', 'ValueSet?url=http://example.org/fhir|1.3', []),
  finds('uri', 'an OID', 'ValueSet?url=urn:oid:1.2.3.4.5', all('ValueSet', 'oid')),
  finds('uri', ':missing', 'ValueSet?url:missing=true', []),
  refuses('uri', 'no other modifier', 'ValueSet?url:exact=x', /url/),
];

const composite: readonly Row[] = [
  finds(
    'combining',
    ':missing of a composite',
    'Observation?code-value-quantity:missing=false',
    all('Observation', 'pulse lead lead-again'),
  ),
  refuses('combining', 'no other modifier', 'Observation?code-value-quantity:exact=8867-4$60', /code-value-quantity/),
];

const special: readonly Row[] = [
  refuses('special', 'near is not offered', 'Location?near=1|2', /near/),
  refuses('text', '_text is not offered', 'Patient?_text=x', /_text/),
  refuses('content', '_content is not offered', 'Patient?_content=x', /_content/),
];

export const parameterTypes: readonly Row[] = [
  ...number,
  ...date,
  ...string,
  ...token,
  ...reference,
  ...quantity,
  ...uri,
  ...composite,
  ...special,
];

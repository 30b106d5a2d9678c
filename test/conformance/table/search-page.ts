/** https://hl7.org/fhir/R4/search.html: its general rules. */
import { finds, refuses, type Row } from './row.ts';

const page = (source: string, says: string, path: string, rest: Partial<Row> & Pick<Row, 'expect'>): Row => ({
  source: `search.html#${source}`,
  says,
  requests: [{ path }],
  ...rest,
});

const form = { 'content-type': 'application/x-www-form-urlencoded' };

const everyPatient = ['Patient/peter', 'Patient/anna', 'Patient/nobody'];

export const searchPage: readonly Row[] = [
  // Introduction
  page(
    'Introduction',
    'GET [base]/[type]? is a search of the type; the answer is a Bundle of type searchset',
    'Patient?family=chalmers',
    {
      exercises: ['interaction search-type'],
      expect: { status: 200, found: ['Patient/peter'], says: /"type":"searchset"/ },
    },
  ),
  page('Introduction', 'the self link says what was understood', 'Patient?family=chalmers', {
    expect: { status: 200, says: /"relation":"self","url":"[^"]*Patient\?family=chalmers"/ },
  }),
  {
    source: 'http.html#search',
    says: 'POST [base]/[type]/_search has the same semantics; parameters may stand in both places',
    requests: [{ method: 'POST', path: 'Patient/_search?gender=male', body: 'family=chalmers', headers: form }],
    expect: { status: 200, found: ['Patient/peter'] },
  },
  {
    source: 'http.html#search',
    says: 'POST [base]/_search searches all types',
    exercises: ['interaction search-system'],
    requests: [{ method: 'POST', path: '_search', body: '_id=peter', headers: form }],
    expect: { status: 200, found: ['Patient/peter'] },
  },
  {
    source: 'search.html#Introduction',
    says: 'GET [base]? searches all types, or those of _type',
    requests: [{ path: '?_type=Patient,Organization&_lastUpdated=gt2000' }],
    expect: { status: 200, found: [...everyPatient, 'Organization/acme', 'Organization/group'] },
  },
  finds('Introduction', 'GET [base]/Patient/[id]/[type]? searches the compartment', 'Patient/peter/Encounter', [
    'Encounter/visit',
  ]),
  finds('Introduction', 'a compartment search takes parameters', 'Patient/peter/Observation?code=8867-4', [
    'Observation/pulse',
    'Observation/words',
  ]),
  finds('Introduction', 'a compartment knows only its members', 'Patient/anna/Procedure', []),
  finds('Introduction', 'GET [base]/Practitioner/[id]/[type] is a compartment too', 'Practitioner/adam/Observation', [
    'Observation/pulse',
  ]),
  finds('Introduction', 'GET [base]/Encounter/[id]/[type] is a compartment too', 'Encounter/visit/Observation', [
    'Observation/pulse',
  ]),
  {
    source: 'search.html#Introduction',
    says: 'POST [base]/Patient/[id]/[type]/_search searches the compartment',
    requests: [{ method: 'POST', path: 'Patient/peter/Encounter/_search', body: 'status=finished', headers: form }],
    expect: { status: 200, found: ['Encounter/visit'] },
  },
  // Parameters for all resources
  finds('id', '_id', 'Patient?_id=peter,anna', ['Patient/peter', 'Patient/anna']),
  finds('lastUpdated', '_lastUpdated', 'Patient?_lastUpdated=gt2000', everyPatient),
  finds('lastUpdated', '_lastUpdated, of before', 'Patient?_lastUpdated=lt2000', []),
  finds('tag', '_tag', 'Patient?_tag=urn:tag|blue', ['Patient/peter']),
  finds('security', '_security', 'Patient?_security=N', ['Patient/peter']),
  finds('profile', '_profile', 'Patient?_profile=http://example.org/fhir/StructureDefinition/patient', [
    'Patient/peter',
  ]),
  finds('all', '_source', 'Patient?_source=http://example.org/feeds/adt', ['Patient/peter']),
  finds('list', '_list', 'Observation?_list=worklist', ['Observation/pulse', 'Observation/words']),
  // Errors
  page('errors', 'an id that is not there finds nothing, and is no error', 'Patient?_id=no-such', {
    expect: { status: 200, found: [] },
  }),
  page('errors', 'a reference to nothing finds nothing', 'Observation?subject=Patient/no-such', {
    expect: { status: 200, found: [] },
  }),
  refuses('errors', 'a parameter that is not known is refused', 'Patient?hair=red', /hair/),
  {
    source: 'search.html#errors',
    says: 'handling=lenient: it is left out, and the self link and an outcome tell so',
    requests: [{ path: 'Patient?hair=red&family=chalmers', headers: { prefer: 'handling=lenient' } }],
    expect: { status: 200, found: ['Patient/peter'], saysNot: /"url":"[^"]*hair=/ },
  },
  {
    source: 'search.html#errors',
    says: 'handling=strict: it is refused',
    requests: [{ path: 'Patient?hair=red', headers: { prefer: 'handling=strict' } }],
    expect: { status: 400, says: /hair/ },
  },
  refuses('errors', 'a malformed date is refused', 'Patient?birthdate=yesterday', /birthdate/),
  refuses('errors', 'a malformed number is refused', 'RiskAssessment?probability=half', /probability/),
  refuses('errors', 'an empty alternative is refused', 'Patient?gender=male,', /gender/),
  // Modifiers
  refuses(
    'modifiers',
    'a modifier that the parameter does not support SHALL be rejected',
    'Patient?birthdate:exact=1974',
    /birthdate/,
  ),
  {
    source: 'search.html#modifiers',
    says: 'even when handling is lenient',
    requests: [{ path: 'Patient?gender:contains=m', headers: { prefer: 'handling=lenient' } }],
    expect: { status: 400, says: /gender/ },
  },
  finds('modifiers', ':missing=true', 'Patient?gender:missing=true', ['Patient/nobody']),
  finds('modifiers', ':missing=false', 'Patient?gender:missing=false', ['Patient/peter', 'Patient/anna']),
  refuses('modifiers', ':missing takes true or false', 'Patient?gender:missing=perhaps', /gender/),
  // Escaping
  finds(
    'escaping',
    '\\, \\| \\$ \\\\ stand for themselves',
    `Patient?identifier=${encodeURIComponent('a\\,b\\|c\\$d\\\\e')}`,
    ['Patient/anna'],
  ),
  refuses(
    'escaping',
    'a backslash before anything else is malformed',
    `Patient?identifier=${encodeURIComponent('a\\b')}`,
    /identifier/,
  ),
  // Combining
  finds('combining', 'commas mean OR', 'Patient?gender=male,female', ['Patient/peter', 'Patient/anna']),
  finds('combining', 'repeating means AND', 'Patient?given=peter&given=james', ['Patient/peter']),
  finds('combining', 'AND that nothing satisfies', 'Patient?gender=male&gender=female', []),
  // Composite
  finds('combining', 'a composite holds within one instance', 'Observation?component-code-value-quantity=8480-6$107', [
    'Observation/pressure',
  ]),
  finds('combining', 'not across instances', 'Observation?component-code-value-quantity=8480-6$60', []),
  finds(
    'combining',
    'a composite with prefix, system and unit',
    `Observation?code-value-quantity=${encodeURIComponent('http://loinc.org|8867-4$gt59|http://unitsofmeasure.org|/min')}`,
    ['Observation/pulse'],
  ),
  finds(
    'combining',
    'a composite of token and token',
    `Observation?code-value-concept=${encodeURIComponent('http://loinc.org|883-9$http://snomed.info/sct|112144000')}`,
    ['Observation/coded'],
  ),
  finds('combining', 'a composite of token and string', 'Observation?code-value-string=8867-4$posi', [
    'Observation/words',
  ]),
  finds(
    'combining',
    'a composite of token and reference',
    'DocumentReference?relationship=replaces$DocumentReference/draft',
    ['DocumentReference/letter'],
  ),
  refuses(
    'combining',
    'a composite with a part missing is malformed',
    'Observation?code-value-quantity=8867-4',
    /code-value-quantity/,
  ),
  // Chaining
  finds('chaining', 'a chain', 'Observation?subject:Patient.family=chalmers', [
    'Observation/pulse',
    'Observation/words',
    'Observation/coded',
    'Observation/pressure',
  ]),
  finds(
    'chaining',
    'a chain without a type goes over every target that has the parameter',
    'Encounter?subject.family=chalmers',
    ['Encounter/visit'],
  ),
  finds('chaining', 'of two links', 'Encounter?subject:Patient.organization.name=acme', ['Encounter/visit']),
  finds('chaining', 'of three links', 'Encounter?subject:Patient.organization.partof.identifier=urn:org|G', [
    'Encounter/visit',
  ]),
  finds(
    'chaining',
    'each chain is evaluated for itself',
    'Patient?general-practitioner:Practitioner.family=careful&organization.name=acme',
    ['Patient/peter'],
  ),
  finds('chaining', 'a modifier at its end', 'Encounter?subject:Patient.family:exact=chalmers', []),
  refuses('chaining', 'a chain over no reference', 'Patient?family.name=x', /family/),
  refuses('chaining', 'a chain to a type that it cannot point to', 'Encounter?subject:Organization.name=x', /subject/),
  refuses('chaining', 'a chain to a parameter that no target has', 'Encounter?subject.hair=x', /subject/),
  // Reverse chaining
  finds('has', '_has', 'Patient?_has:Observation:patient:code=http://loinc.org|5671-3', ['Patient/anna']),
  finds('has', '_has, OR', 'Patient?_has:Encounter:patient:status=finished,in-progress', [
    'Patient/peter',
    'Patient/anna',
  ]),
  finds('has', '_has, twice', 'Practitioner?_has:Patient:general-practitioner:_has:Encounter:patient:class=AMB', [
    'Practitioner/adam',
  ]),
  finds('has', '_has at the end of a chain', 'Encounter?subject:Patient._has:Observation:patient:code=5671-3', [
    'Encounter/stay',
  ]),
  refuses('has', '_has over no reference', 'Patient?_has:Observation:code:code=x', /_has/),
  // Sort
  page('_sort', '_sort, ascending', 'Patient?_sort=birthdate', {
    expect: { status: 200, order: ['Patient/nobody', 'Patient/peter', 'Patient/anna'] },
  }),
  page('_sort', '_sort, descending', 'Patient?_sort=-birthdate', {
    expect: { status: 200, order: ['Patient/anna', 'Patient/nobody', 'Patient/peter'] },
  }),
  page(
    '_sort',
    '_sort by several',
    'Observation?code=http://loinc.org|8867-4,http://loinc.org|5671-3&_sort=-code,date',
    {
      expect: { status: 200, order: ['Observation/pulse', 'Observation/lead', 'Observation/lead-again'] },
    },
  ),
  page('_sort', '_sort by a string', 'Patient?family:missing=false&_sort=family', {
    expect: { status: 200, order: ['Patient/peter', 'Patient/anna'] },
  }),
  page('_sort', '_sort by a number', 'RiskAssessment?_sort=-probability', {
    expect: { status: 200, order: ['RiskAssessment/most', 'RiskAssessment/more', 'RiskAssessment/even'] },
  }),
  page('_sort', '_sort=_id', 'Patient?_sort=_id', {
    expect: { status: 200, order: ['Patient/anna', 'Patient/nobody', 'Patient/peter'] },
  }),
  page('_sort', 'what has no value comes with the rest', 'Patient?_sort=family', {
    expect: { status: 200, order: ['Patient/peter', 'Patient/anna', 'Patient/nobody'] },
  }),
  refuses('_sort', '_sort by what is no parameter', 'Patient?_sort=hair', /_sort/),
  // Count, total, summary, elements
  page('count', '_count is the most that a page holds, and next leads on', 'Patient?_count=2', {
    expect: { status: 200, says: /"relation":"next"/ },
  }),
  page('count', '_count=0 is a count alone', 'Patient?_count=0', {
    expect: { status: 200, found: [], says: /"total":3/ },
  }),
  page('total', '_total=accurate', 'Patient?_total=accurate&_count=1', { expect: { status: 200, says: /"total":3/ } }),
  page('total', '_total=none', 'Patient?_total=none', { expect: { status: 200, saysNot: /"total"/ } }),
  page('summary', '_summary=count: the number and no entry', 'Patient?_summary=count', {
    expect: { status: 200, found: [], says: /"total":3/ },
  }),
  page('summary', '_summary=true: summary elements, tagged SUBSETTED', 'Observation?_id=pulse&_summary=true', {
    expect: { status: 200, says: /"code":"SUBSETTED"/, saysNot: /"category"/ },
  }),
  page('summary', '_summary=text: text, id, meta and what is mandatory', 'Observation?_id=pulse&_summary=text', {
    expect: { status: 200, says: /"status":"final"/, saysNot: /"valueQuantity"/ },
  }),
  page('summary', '_summary=data: all but the text', 'Observation?_id=pulse&_summary=data', {
    expect: { status: 200, says: /"valueQuantity"/ },
  }),
  page('summary', '_summary=false: all', 'Observation?_id=pulse&_summary=false', {
    expect: { status: 200, says: /"category"/, saysNot: /SUBSETTED/ },
  }),
  page(
    'elements',
    '_elements: those and what is mandatory, tagged SUBSETTED',
    'Observation?_id=pulse&_elements=subject',
    {
      expect: { status: 200, says: /"status":"final".*"subject"/, saysNot: /"valueQuantity"/ },
    },
  ),
  page('elements', '_elements, tagged', 'Observation?_id=pulse&_elements=subject', {
    expect: { status: 200, says: /SUBSETTED/ },
  }),
  refuses('summary', '_summary of another word', 'Patient?_summary=some', /_summary/),
  // Include
  page('include', '_include', 'Encounter?_id=visit&_include=Encounter:subject', {
    expect: { status: 200, found: ['Encounter/visit'], included: ['Patient/peter'] },
  }),
  page('include', '_include of one target type', 'Encounter?_id=visit&_include=Encounter:subject:Group', {
    expect: { status: 200, found: ['Encounter/visit'], included: [] },
  }),
  page(
    'include',
    '_include:iterate follows what was included',
    'Encounter?_id=visit&_include=Encounter:subject&_include:iterate=Patient:organization',
    {
      expect: { status: 200, found: ['Encounter/visit'], included: ['Patient/peter', 'Organization/acme'] },
    },
  ),
  page(
    'include',
    '_include:iterate, again and again',
    'Patient?_id=peter&_include=Patient:organization&_include:iterate=Organization:partof',
    {
      expect: { status: 200, found: ['Patient/peter'], included: ['Organization/acme', 'Organization/group'] },
    },
  ),
  page(
    'include',
    'without :iterate the included are not followed',
    'Encounter?_id=visit&_include=Encounter:subject&_include=Patient:organization',
    {
      expect: { status: 200, found: ['Encounter/visit'], included: ['Patient/peter'] },
    },
  ),
  page('include', '_include=*', 'Encounter?_id=visit&_include=*', {
    expect: { status: 200, found: ['Encounter/visit'], included: ['Patient/peter'] },
  }),
  page('include', '_revinclude', 'Encounter?_id=visit&_revinclude=Observation:encounter', {
    expect: { status: 200, found: ['Encounter/visit'], included: ['Observation/pulse'] },
  }),
  page('include', 'what is included twice comes once', 'Observation?_id=pulse,words&_include=Observation:subject', {
    expect: { status: 200, found: ['Observation/pulse', 'Observation/words'], included: ['Patient/peter'] },
  }),
  page('include', 'the total counts matches alone', 'Encounter?_id=visit&_include=Encounter:subject&_total=accurate', {
    expect: { status: 200, says: /"total":1/ },
  }),
  refuses('include', '_include of what is no reference', 'Encounter?_include=Encounter:status', /_include/),
];
